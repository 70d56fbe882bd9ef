-- Members of an index that come before a place, from the last to the first.
-- $1 index, $2 score and $3 member of the place, $4 least score, $5 how many at most
-- Invariant: reads nothing that lies behind the place.
select member, score from :"schema".state_member
where index_name = $1 and (score, member) < ($2::double precision, $3::text) and score >= $4
order by score desc, member desc
limit $5

-- Members of an index that come behind a place, in their order.
-- $1 index, $2 score and $3 member of the place, $4 greatest score, $5 how many at most
-- Invariant: reads nothing that lies before the place.
select member, score from :"schema".state_member
where index_name = $1 and (score, member) > ($2::double precision, $3::text) and score <= $4
order by score, member
limit $5

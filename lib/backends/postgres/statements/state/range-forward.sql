-- Members of an index in their order, the bounds included.
-- $1 index, $2 least score, $3 greatest score, $4 how many at most
select member, score from :"schema".state_member
where index_name = $1 and score between $2 and $3
order by score, member
limit $4

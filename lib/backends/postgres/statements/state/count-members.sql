-- How many members an index has.
-- $1 index
select count(*)::int as count from :"schema".state_member where index_name = $1

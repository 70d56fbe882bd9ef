-- Takes members out of an index.
-- $1 index, $2 members
-- Result: one row, how many were there.
with gone as (
  delete from :"schema".state_member where index_name = $1 and member = any($2::text[]) returning 1
)
select count(*)::int as count from gone

-- Forgets values.
-- $1 keys
-- Result: one row, how many were there and not over.
with gone as (
  delete from :"schema".state_value where key = any($1::text[]) returning expires_at
)
select count(*)::int as count from gone where expires_at is null or expires_at > now()

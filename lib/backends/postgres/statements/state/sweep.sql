-- Forgets what is over, a few rows at a time; many may sweep at once.
-- $1 rows of each table at most
-- Result: one row, how many of the table that had the most.
-- Invariant: a lease stays for a day after its end, so that its fence is found; a bucket goes when it is full again, which is as if it
-- had never been.
with gone_values as (
  delete from :"schema".state_value where key = any(array(
    select key from :"schema".state_value where expires_at <= now() order by expires_at limit $1::int for update skip locked
  )) returning 1
),
gone_leases as (
  delete from :"schema".state_lease where name = any(array(
    select name from :"schema".state_lease where expires_at <= now() - interval '1 day' limit $1::int for update skip locked
  )) returning 1
),
gone_buckets as (
  delete from :"schema".state_bucket where name = any(array(
    select name from :"schema".state_bucket where full_at <= now() limit $1::int for update skip locked
  )) returning 1
),
gone_messages as (
  delete from :"schema".state_message where id = any(array(
    select id from :"schema".state_message where sent_at <= now() - interval '1 minute' limit $1::int for update skip locked
  )) returning 1
),
gone_pollers as (
  delete from :"schema".state_poller where id = any(array(
    select id from :"schema".state_poller where expires_at <= now() limit $1::int for update skip locked
  )) returning 1
)
select greatest(
  (select count(*) from gone_values), (select count(*) from gone_leases), (select count(*) from gone_buckets),
  (select count(*) from gone_messages), (select count(*) from gone_pollers)
)::int as most

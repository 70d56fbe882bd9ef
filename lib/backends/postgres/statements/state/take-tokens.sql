-- Takes tokens from a bucket, by the generic cell rate algorithm in its batch form. What is kept is how far the theoretical arrival
-- time lies ahead of the last look.
-- $1 bucket, $2 ms between two tokens, $3 burst, $4 tokens wanted
-- Result: one row, how many are granted, and the ms until the next is there when that is not all, else 0.
-- 1e-6 of a token is what rounding may have lost.
insert into :"schema".state_bucket as bucket (name, ahead_ms, seen_at, full_at, granted, retry_ms)
select $1, granted * $2::double precision, now(), now() + granted * $2::double precision * interval '1 ms', granted,
  case when granted < $4::int then greatest(0, $2::double precision * (granted + 1 - $3::double precision)) else 0 end
from (select least($4::int, floor($3::double precision + 1e-6))::int as granted) as first_take
on conflict (name) do update set (ahead_ms, seen_at, full_at, granted, retry_ms) = (
  select
    ahead + granted * $2::double precision,
    seen,
    seen + (ahead + granted * $2::double precision) * interval '1 ms',
    granted,
    case
      when granted < $4::int
        then greatest(0, ahead + granted * $2::double precision + $2::double precision * (1 - $3::double precision))
      else 0
    end
  from (
    select ahead, seen, greatest(0, least($4::int, floor(
      ($2::double precision * $3::double precision - ahead) / $2::double precision + 1e-6
    )))::int as granted
    from (
      select
        greatest(0, bucket.ahead_ms - greatest(0, extract(epoch from now() - bucket.seen_at) * 1000)::double precision) as ahead,
        -- Who waited for the row has read the clock before who had it.
        greatest(bucket.seen_at, now()) as seen
    ) as looked_at
  ) as next_take
)
returning granted, retry_ms

-- Adds to a whole number, kept as text. One that is not there, or over, starts at 0 with the time to live that is given.
-- $1 key, $2 what is added, $3 ms to live or null
-- Result: a row with the new number; none where the sum is over the whole numbers that are exact.
-- Invariant: a number that goes on keeps its time.
insert into :"schema".state_value as value (key, body, is_text, version, expires_at)
values (
  $1, convert_to($2::bigint::text, 'UTF8'), true, nextval(':"schema".state_version'),
  now() + $3::double precision * interval '1 ms'
)
on conflict (key) do update set
  body = case
    when value.expires_at <= now() then excluded.body
    else convert_to((convert_from(value.body, 'UTF8')::bigint + $2::bigint)::text, 'UTF8')
  end,
  is_text = true,
  version = excluded.version,
  expires_at = case when value.expires_at <= now() then excluded.expires_at else value.expires_at end
where value.expires_at <= now()
  or abs(convert_from(value.body, 'UTF8')::bigint + $2::bigint) <= 9007199254740991
returning convert_from(body, 'UTF8') as number

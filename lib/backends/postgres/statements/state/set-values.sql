-- Writes values, each with the time to live that it brings.
-- $1 keys, each once and in order, so that two writers wait for each other and never in a circle
-- $2 bodies, $3 whether each is text, $4 ms to live or null
insert into :"schema".state_value (key, body, is_text, version, expires_at)
select key, body, is_text, nextval(':"schema".state_version'), now() + ttl * interval '1 ms'
from unnest($1::text[], $2::bytea[], $3::boolean[], $4::double precision[]) as entry (key, body, is_text, ttl)
on conflict (key) do update set
  body = excluded.body, is_text = excluded.is_text, version = excluded.version, expires_at = excluded.expires_at

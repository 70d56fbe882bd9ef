-- Writes a value where there is none, or one that is over.
-- $1 key, $2 body, $3 whether it is text, $4 ms to live or null
-- Result: a row when it was written.
insert into :"schema".state_value as value (key, body, is_text, version, expires_at)
values ($1, $2, $3, nextval(':"schema".state_version'), now() + $4::double precision * interval '1 ms')
on conflict (key) do update set
  body = excluded.body, is_text = excluded.is_text, version = excluded.version, expires_at = excluded.expires_at
where value.expires_at <= now()
returning key

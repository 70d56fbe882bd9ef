-- Writes a value over one version of it. Without a time to live of its own it keeps the one that is there.
-- $1 key, $2 body, $3 whether it is text, $4 ms to live or null, $5 the version
-- Result: a row when it was written.
update :"schema".state_value
set body = $2, is_text = $3, version = nextval(':"schema".state_version'),
  expires_at = coalesce(now() + $4::double precision * interval '1 ms', expires_at)
where key = $1 and version = $5::bigint and (expires_at is null or expires_at > now())
returning key

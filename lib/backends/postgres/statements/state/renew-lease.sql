-- Lengthens a lease, or ends it (0 ms), while it is the one that holds the name.
-- $1 name, $2 fence, $3 ms
-- Result: a row when it was.
update :"schema".state_lease
set expires_at = now() + $3::double precision * interval '1 ms'
where name = $1 and fence = $2::bigint and expires_at > now()
returning name

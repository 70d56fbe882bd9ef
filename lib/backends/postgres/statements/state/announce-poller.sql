-- Says that somebody looks for messages, for as long as it is said again: whoever publishes leaves them in the table then.
-- $1 id of who looks
insert into :"schema".state_poller (id, expires_at) values ($1, now() + interval '30 s')
on conflict (id) do update set expires_at = excluded.expires_at

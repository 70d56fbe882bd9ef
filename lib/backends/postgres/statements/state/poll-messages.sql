-- What was published lately, for somebody who cannot listen.
-- $1 channels, $2 ids that were seen
-- Invariant: one that commits late is found too, unless it takes 30 s; so ids that were seen are named, and not the last one.
select id, channel, body, is_text from :"schema".state_message
where channel = any($1::text[]) and sent_at > now() - interval '30 s' and not (id = any($2::bigint[]))
order by id

-- Tells everybody who watches. What is too long for a notification, or looked for by somebody who cannot listen, is left in a table
-- for a while.
-- $1 channels, $2 what is pushed or null where it is too long, $3 bodies, $4 whether each is text
-- Invariant: one commit, so one notification at a time for the server; the messages arrive in their order.
with polled as materialized (
  select exists (select from :"schema".state_poller where expires_at > now()) as is_polled
),
message as materialized (
  select channel, notice, body, is_text, place,
    case when notice is null or is_polled then nextval(':"schema".state_message_id') end as id
  from unnest($1::text[], $2::text[], $3::bytea[], $4::boolean[]) with ordinality
    as entry (channel, notice, body, is_text, place), polled
),
kept as (
  insert into :"schema".state_message (id, channel, body, is_text)
  select id, channel, body, is_text from message where id is not null
)
select pg_notify(channel, coalesce(notice, 'r' || id)) from message order by place

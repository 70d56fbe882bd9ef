-- Values by their keys; what is over is not there.
-- $1 keys
-- Result: a row for each that is there, in no order.
select key, body, is_text, version
from :"schema".state_value
where key = any($1::text[]) and (expires_at is null or expires_at > now())

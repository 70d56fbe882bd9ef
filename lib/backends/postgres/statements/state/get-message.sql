-- A message that was too long to be pushed.
-- $1 id
select body, is_text from :"schema".state_message where id = $1::bigint

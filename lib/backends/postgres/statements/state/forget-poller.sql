-- Somebody looks for messages no more.
-- $1 id of who looked
delete from :"schema".state_poller where id = $1

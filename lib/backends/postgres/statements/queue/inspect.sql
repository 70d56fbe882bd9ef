-- Queues at a glance.
-- $1 queues
-- Result: a row for each that is there, with its number in $1.
select * from :"schema".inspect_queues($1)

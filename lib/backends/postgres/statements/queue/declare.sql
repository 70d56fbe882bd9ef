-- Tells the limits and the retention of queues; the latest word holds.
-- $1 the queues, as JSON
select :"schema".declare_queues($1)

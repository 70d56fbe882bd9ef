-- Does what is overdue on queues.
-- $1 queues, $2 how many finished jobs to drop at most
-- Result: one row.
select * from :"schema".recover_queues($1, $2)

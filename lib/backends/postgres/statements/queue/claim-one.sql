-- Settles completions of plain jobs, then takes from one queue.
-- $1 worker, $2 lease in ms; completions: $3 queues, $4 ids, $5 fences, $6 results; $7 queue, $8 most jobs; $9 whether this is a
-- transaction of its own
-- Result: as `claim` has it.
select * from :"schema".claim_one($1, $2, $3, $4, $5, $6, $7, $8, $9)

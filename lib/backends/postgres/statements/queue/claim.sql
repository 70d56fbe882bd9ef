-- Settles, then takes.
-- $1 worker, $2 lease in ms, $3 most jobs over all queues or null; completions of plain jobs: $4 queues, $5 ids, $6 fences, $7 results;
-- $8 other settlements and $9 takes, as JSON; $10 whether this is a transaction of its own
-- Result: the jobs, then a row with the summary.
select * from :"schema".claim($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

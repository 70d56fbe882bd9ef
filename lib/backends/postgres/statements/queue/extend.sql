-- Lengthens leases from now.
-- $1 names of the queues; of each run: $2 queues, $3 ids, $4 fences; $5 lease in ms
-- Result: a row with a letter for each.
select :"schema".extend_leases($1, $2, $3, $4, $5) as letters

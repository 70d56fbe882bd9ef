-- Cancels jobs that wait; asks for it where one runs.
-- $1 queues and $2 ids, in pairs, $3 the reason
-- Result: a row with a letter for each.
select :"schema".cancel_jobs($1, $2, $3) as letters

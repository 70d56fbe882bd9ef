-- Forgets jobs that do not run.
-- $1 queues and $2 ids, in pairs
-- Result: a row with how many.
select :"schema".remove_jobs($1, $2) as count

-- Adds jobs, all or none.
-- $1 the jobs, as JSON
-- Result: a row with a verdict for each.
select :"schema".enqueue_whole($1) as verdicts

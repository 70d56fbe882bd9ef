-- Adds jobs within a transaction of the caller's, all or none.
-- $1 the jobs, as JSON
-- Result: a row with a verdict for each.
select :"schema".enqueue_whole_within($1) as verdicts

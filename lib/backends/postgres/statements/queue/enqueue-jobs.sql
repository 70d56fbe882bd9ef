-- Adds jobs of whatever kind, in their order.
-- $1 the jobs, as JSON
-- Result: a row with a verdict for each.
select :"schema".enqueue_jobs($1) as verdicts

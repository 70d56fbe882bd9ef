-- Adds jobs within a transaction of the caller's: what needs admission gets it after the commit.
-- $1 the jobs, as JSON
-- Result: a row with a verdict for each.
select :"schema".enqueue_within($1) as verdicts

-- Settles within a transaction of the caller's.
-- $1 the settlements, as JSON
-- Result: a row with a letter for each, and the jobs that were refused.
select verdicts, refused from :"schema".settle_within($1)

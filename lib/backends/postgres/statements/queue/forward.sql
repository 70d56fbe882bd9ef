-- Takes note of what was published, then hands out external jobs that nobody has published.
-- $1 confirmed ones and $2 takes, as JSON, $3 ms for which they are handed out
-- Result: the jobs, then a row with `next_in`.
select f.next_in, (f.job).* from :"schema".forward_jobs($1, $2, $3) f

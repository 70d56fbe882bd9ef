-- Leaves a named value with a job.
-- $1 queue, $2 id, $3 name, $4 value
select :"schema".signal_job($1, $2, $3, $4)

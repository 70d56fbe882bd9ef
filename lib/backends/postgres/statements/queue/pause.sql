-- Pauses a queue, or resumes it.
-- $1 queue, $2 whether it is paused from now on
select :"schema".pause_queue($1, $2)

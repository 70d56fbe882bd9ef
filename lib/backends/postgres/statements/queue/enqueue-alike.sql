-- Adds plain jobs to one queue that differ only in their ids and payloads, due at once.
-- $1 queue, $2 name, $3 codec, $4 version, $5 priority, $6 and $7 most retries and stalls, $8 timeout, $9 ids, $10 payloads
-- Result: a row; `added` is null when the queue is none for plain jobs and nothing was done.
select * from :"schema".enqueue_alike($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

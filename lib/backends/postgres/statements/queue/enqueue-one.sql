-- Adds one plain job to a queue.
-- $1 queue, $2 id, $3 name, $4 codec, $5 version, $6 priority, $7 and $8 most retries and stalls, $9 timeout, $10 headers,
-- $11 and $12 payload as text or bytes, $13 delay in ms, $14 moment
-- Result: whether it was added, or else was there already; null when the queue is none for plain jobs and nothing was done.
select :"schema".enqueue_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) as is_added

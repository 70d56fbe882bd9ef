-- Adds plain jobs to one queue.
-- $1 queue, then an array for each column: $2 ids, $3 names, $4 codecs, $5 versions, $6 priorities, $7 and $8 most retries and stalls,
-- $9 timeouts, $10 headers, $11 and $12 payloads as text or bytes, $13 delays in ms, $14 moments
-- Result: a row; `added` is null when the queue is none for plain jobs and nothing was done.
select * from :"schema".enqueue_plain($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)

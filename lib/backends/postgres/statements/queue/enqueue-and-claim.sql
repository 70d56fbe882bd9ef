-- Adds one plain job to a queue, due at once, then takes from that queue.
-- $1 worker, $2 lease in ms, $3 most jobs; $4 queue, $5 id, $6 name, $7 codec, $8 version, $9 priority, $10 and $11 most retries and
-- stalls, $12 timeout, $13 headers, $14 and $15 payload as text or bytes
-- Result: as `claim` has it; the summary has `added` as `enqueue_one` answers.
select * from :"schema".enqueue_and_claim($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)

-- Adds one plain job to a queue, due at once, and claims it where nobody is in line.
-- $1 worker, $2 lease in ms; $3 queue, $4 id, $5 name, $6 codec, $7 version, $8 priority, $9 and $10 most retries and stalls,
-- $11 timeout, $12 headers, $13 and $14 payload as text or bytes
-- Result: the job where it is claimed, as `claim` has it; then the summary, with `added` as `enqueue_one` answers.
select * from :"schema".enqueue_and_claim($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)

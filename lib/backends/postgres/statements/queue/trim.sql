-- Drops finished jobs that are over the bounds of their queue.
-- $1 number of the queue, $2 how many at most
-- Result: a row, whether there may be more.
select :"schema".trim($1, $2) as has_more

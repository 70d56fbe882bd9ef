-- Removes jobs of one queue by their states.
-- $1 queue, $2 states, $3 how many at most
-- Result: a row with how many.
select :"schema".clear_queue($1, $2, $3) as count

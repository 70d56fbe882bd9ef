-- Jobs by their addresses.
-- $1 queues and $2 ids, in pairs
-- Result: a row for each that is there, in no order.
select * from :"schema".get_jobs($1, $2)

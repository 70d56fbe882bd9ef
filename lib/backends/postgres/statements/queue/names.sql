-- The queues that were ever declared in this schema, as the store calls them.
select name from :"schema".queue order by name

-- The server's time.
-- Result: one row, epoch milliseconds.
select floor(extract(epoch from clock_timestamp()) * 1000)::double precision as now

-- What a server says of itself, and which of its processes serves this connection.
-- Result: one row.
select
  pg_backend_pid() as pid,
  current_setting('server_version_num')::int as version,
  split_part(current_setting('server_version'), ' ', 1) as title,
  pg_is_in_recovery() as is_replica,
  current_setting('transaction_read_only') = 'on' as is_read_only,
  current_setting('server_encoding') as encoding

-- The server's clock, and the settings that decide what outlives a crash of its machine.
-- Result: one row; now in epoch milliseconds.
select
  (extract(epoch from clock_timestamp()) * 1000)::double precision as now,
  current_setting('fsync') = 'on' as is_synced,
  current_setting('full_page_writes') = 'on' as is_whole,
  current_setting('synchronous_commit') <> 'off' as is_awaited

-- Pauses or resumes a queue, for all processes.
--
-- KEYS    1 a key of the queue
-- ARGV    1 prefix, 2 queue, 3 `1` to pause, `0` to resume
-- Result  nothing
--- @include "includes/base"

local queue = open(ARGV[2])
local known = settingsOf(queue)
if ARGV[3] == '1' then
  call('HSET', queue.meta, 'paused', 1)
  known.paused = '1'
else
  call('HDEL', queue.meta, 'paused')
  known.paused = nil
  ring(queue)
end
noteSimplicity(queue)

-- Leaves a named value with a job, and lets it go on if that is what it waits for.
--
-- KEYS    1 a key of the queue
-- ARGV    1 prefix, 2 queue, 3 id, 4 name, 5 value
-- Result  nothing
--- @include "includes/base"
--- @include "includes/moves"

local queue, id, name = open(ARGV[2]), ARGV[3], ARGV[4]
doOverdue(queue)
local job = load(queue, id)
local state, _, word = stateOf(queue, id)
if job == nil or state == nil or isFinished(state) then return end
setRare(job, 'signal:' .. name, ARGV[5], 'unused:' .. name, 1)
if state == 'w' and rareOf(job, 'awaits') == name then
  dropRare(job, 'unused:' .. name, 'awaits')
  withdraw(job, word)
  admit(job, now)
end

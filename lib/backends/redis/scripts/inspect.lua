-- Queues at a glance.
--
-- KEYS    one key of each queue
-- ARGV    1 prefix, then the queues
-- Result  for each: eight counts in the order of the states, `1` when it is paused, since when the job is ready that has been
--         ready longest of those at the heads of their priorities, here or at another broker, or ''
--
-- Counts are taken from what is stored, never from a counter that could drift.
--- @include "includes/base"
--- @include "includes/moves"

local function size(queue, ...)
  local count = 0
  for _, word in ipairs({ ... }) do count = count + call('ZCARD', queue[word]) end
  return count
end

-- The earlier of a moment and those of one line.
local function earliestOf(queue, line, earliest)
  local from = '-inf'
  while true do
    local head = call('ZRANGE', line, from, '+inf', 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
    if not head[1] then break end
    local since = tonumber(call('HGET', queue.since, head[1]) or nil)
    if since == nil then
      local envelope = call('HGET', queue.jobs, head[1])
      since = envelope and createdAtOf(envelope)
    end
    if since and (earliest == nil or since < earliest) then earliest = since end
    from = digits((math.floor(tonumber(head[2]) / LEVEL) + 1) * LEVEL)
  end
  return earliest
end

local function readySince(queue)
  local earliest = earliestOf(queue, queue.external, earliestOf(queue, queue.ready, nil))
  return earliest and digits(earliest) or ''
end

local statuses = {}
for place = 2, #ARGV do
  local queue = open(ARGV[place])
  doOverdue(queue)
  statuses[#statuses + 1] = {
    size(queue, 'ready', 'parked', 'external'), size(queue, 'scheduled'), size(queue, 'waiting'), call('HLEN', queue.active),
    size(queue, 'retrying'), size(queue, 'completed', 'completed:held'), size(queue, 'failed', 'failed:held'),
    size(queue, 'cancelled', 'cancelled:held'), settingsOf(queue).paused or '', readySince(queue),
  }
end
return statuses

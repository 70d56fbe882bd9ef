-- Takes note of what was published, then hands out external jobs that are ready and that nobody has published.
--
-- KEYS    one key of each queue that is named
-- ARGV    1 prefix, 2 lease in ms, 3 number of confirmations, then for each: queue, id, fence; then number of queues to take
--         from, and for each: name, most jobs
-- Result  { records with their queue's name before them, ms until something could be new or '' }
--
-- A ready external job is in `external`, and in `forward` too as long as nobody has confirmed that it is published.
--- @include "includes/base"
--- @include "includes/moves"
--- @include "includes/view"

local at = 4
for _ = 1, tonumber(ARGV[3]) do
  local queue, id = open(ARGV[at]), ARGV[at + 1]
  doOverdue(queue)
  if call('ZSCORE', queue.external, id) then
    local run = call('HGET', queue.runs, id)
    if (run and readToken(run).fence or '0') == ARGV[at + 2] then call('ZREM', queue.forward, id) end
  end
  at = at + 3
end

local jobs, earliest = {}, nil
local takes = tonumber(ARGV[at])
at = at + 1
for _ = 1, takes do
  local queue, limit = open(ARGV[at]), tonumber(ARGV[at + 1])
  at = at + 2
  doOverdue(queue)
  local known = settingsOf(queue)
  if not known.paused then
    local due = limit > 0 and call('ZRANGE', queue.forward, '-inf', NOW, 'BYSCORE', 'LIMIT', 0, limit) or {}
    -- Those of one moment: by how long they have been ready.
    table.sort(due, function(one, other)
      local a, b = tonumber(call('ZSCORE', queue.external, one)), tonumber(call('ZSCORE', queue.external, other))
      return a < b
    end)
    for _, id in ipairs(due) do
      call('ZADD', queue.forward, digits(now + tonumber(ARGV[2])), id)
      jobs[#jobs + 1] = { queue.name, recordOf(queue, id) }
    end
    local head = tonumber(call('ZRANGE', queue.forward, 0, 0, 'WITHSCORES')[2])
    if head and (earliest == nil or head < earliest) then earliest = head end
  end
  if known.quiet and (earliest == nil or known.quiet < earliest) then earliest = known.quiet end
end
return { jobs, earliest and digits(math.max(0, earliest - now)) or '' }

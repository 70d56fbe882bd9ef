-- Does what is overdue on queues: due jobs, lost leases, moments of key limiters, and what is kept too long.
--
-- KEYS    one key of each queue
-- ARGV    1 prefix, then the queues
-- Result  { how many leases were lost, ms until something is due again or '', ended }
--- @include "includes/base"
--- @include "includes/moves"

local EXPIRED_AT_ONCE = 1000

-- Keys whose time is over.
local function expireKeys(queue, word)
  local until_ = queue[word .. ':until']
  local over = call('ZRANGE', until_, '-inf', NOW, 'BYSCORE', 'LIMIT', 0, EXPIRED_AT_ONCE)
  if #over == 0 then return end
  call('ZREM', until_, unpack(over))
  call('HDEL', queue[word], unpack(over))
end

local lost, earliest = 0, nil
for place = 2, #ARGV do
  local queue = open(ARGV[place])
  lost = lost + doOverdue(queue)
  trim(queue)
  expireKeys(queue, 'idempotency')
  expireKeys(queue, 'throttled')
  expireTombstones(queue)
  if call('EXISTS', queue.ready) == 1 then ring(queue) end
end
for place = 2, #ARGV do
  local quiet = settingsOf(open(ARGV[place])).quiet
  if quiet and (earliest == nil or quiet < earliest) then earliest = quiet end
end
return { lost, earliest and digits(math.max(0, earliest - now)) or '', tellEndings() }

-- How a job ends, what that frees, and what is kept of it.
--- @include "tombstones"

local function addressOf(queue, id)
  return queue.name .. '\1' .. id
end

local function atAddress(address)
  local name, id = string.match(address, '^([^\1]*)\1(.*)$')
  return open(name), id
end

local function childrenKey(queue, id) return queue.P .. 'children:' .. id end
local function unmetKey(queue, id) return queue.P .. 'unmet:' .. id end

-- Addresses of what a job depends on.
local function parentsOf(job)
  local parents = {}
  for line in string.gmatch(rareOf(job, 'parents') or '', '[^\n]+') do
    parents[#parents + 1] = string.match(line, '^([^\1]*\1[^\1]*)')
  end
  return parents
end

-- Notes that a job ended with nobody in hand of it, until a claim or a sweep tells of it.
local function noteEnding(job, token, message)
  local queue = job.queue
  local reason = call('HGET', rareKey(queue, job.id), 'cancelReason') or ''
  call('RPUSH', queue.endings, cmsgpack.pack({ job.id, string.match(job.envelope, '^(.-)\n', 9) or '', token or '', message or '', reason }))
  call('LTRIM', queue.endings, -1000, -1)
  settingsOf(queue).ended = '1'
  call('HSET', queue.meta, 'ended', 1)
end

local function freeKeys(job)
  if not job.isRare then return end
  local queue, id = job.queue, job.id
  local rare = call('HMGET', rareKey(queue, id), 'idempotencyKey', 'unique', 'uniqueMode')
  if rare[1] and call('HGET', queue.idempotency, rare[1]) == id then
    call('HDEL', queue.idempotency, rare[1])
    call('ZREM', queue['idempotency:until'], rare[1])
  end
  if rare[2] and rare[3] == 'throttle' then
    if call('HGET', queue.throttled, rare[2]) == id then
      call('HDEL', queue.throttled, rare[2])
      call('ZREM', queue['throttled:until'], rare[2])
    end
  elseif rare[2] and call('HGET', queue.unique, rare[2]) == id then
    call('HDEL', queue.unique, rare[2])
  end
end

local function freeUnique(job)
  if not job.isRare then return end
  local queue, id = job.queue, job.id
  local rare = call('HMGET', rareKey(queue, id), 'unique', 'uniqueMode')
  if rare[1] and rare[2] ~= 'throttle' and call('HGET', queue.unique, rare[1]) == id then
    call('HDEL', queue.unique, rare[1])
  end
end

-- Gives a job that has come back from a finished state its unique key again, unless another has it by now.
local function restoreUnique(job)
  local rare = call('HMGET', rareKey(job.queue, job.id), 'unique', 'uniqueMode')
  if rare[1] and rare[2] ~= 'throttle' then call('HSETNX', job.queue.unique, rare[1], job.id) end
end

local function restoreIdempotency(job)
  local queue = job.queue
  local rare = call('HMGET', rareKey(queue, job.id), 'idempotencyKey', 'idempotencyUntil')
  if not rare[1] or tonumber(rare[2]) <= now then return end
  if call('HSETNX', queue.idempotency, rare[1], job.id) == 1 then
    call('ZADD', queue['idempotency:until'], rare[2], rare[1])
  end
end

-- Whether the record of a finished job must be kept although it is over its bounds: for a dependent that has yet to run,
-- or because it was cancelled with a dead letter that can still be retried, and would then wait again.
local function isNeeded(job)
  if not job.isRare then return false end
  for _, address in ipairs(call('ZRANGE', childrenKey(job.queue, job.id), 0, -1)) do
    local queue, id = atAddress(address)
    local state = stateOf(queue, id)
    if state and not isFinished(state) then return true end
  end
  if not rareOf(job, 'broken') then return false end
  for _, address in ipairs(parentsOf(job)) do
    local queue, id = atAddress(address)
    local parent = load(queue, id)
    if parent and (stateOf(queue, id) == 'f' or rareOf(parent, 'broken')) then return true end
  end
  return false
end

local function detach(job)
  for _, address in ipairs(parentsOf(job)) do
    local queue, id = atAddress(address)
    call('ZREM', childrenKey(queue, id), addressOf(job.queue, job.id))
  end
end

-- Forgets everything of a job that lies in no container any more.
local function forget(job)
  local queue, id = job.queue, job.id
  call('HDEL', queue.jobs, id)
  call('HDEL', queue.runs, id)
  call('HDEL', queue.results, id)
  if not job.isRare then return end
  detach(job)
  call('DEL', rareKey(queue, id), childrenKey(queue, id), unmetKey(queue, id))
end

local function kinOf(job)
  if not job.isRare then return {} end
  local kin = parentsOf(job)
  for _, address in ipairs(call('ZRANGE', childrenKey(job.queue, job.id), 0, -1)) do kin[#kin + 1] = address end
  return kin
end

local function bury(job, state, at)
  forget(job)
  leaveTombstone(job.queue, job.id, state, at)
end

-- Drops those of the jobs that were kept for others and are needed no longer, and what was kept for them in turn.
local function releaseHeld(addresses)
  local place = 1
  while addresses[place] do
    local queue, id = atAddress(addresses[place])
    place = place + 1
    for state, shelf in pairs(SHELVES) do
      local held = queue[shelf .. ':held']
      local at = call('ZSCORE', held, id)
      local job = at and load(queue, id)
      if job and not isNeeded(job) then
        for _, address in ipairs(kinOf(job)) do addresses[#addresses + 1] = address end
        call('ZREM', held, id)
        bury(job, state, math.min(now, tonumber(at) + tonumber(settingsOf(queue)[state == 'f' and 'failedTtl' or 'completedTtl'] or 0)))
      end
    end
  end
end

-- Takes one finished job off its shelf; one that others need is set aside instead.
local function dropFinished(queue, state, id, at, ttl)
  call('ZREM', queue[SHELVES[state]], id)
  local job = load(queue, id)
  if job and isNeeded(job) then
    call('ZADD', queue[SHELVES[state] .. ':held'], at, id)
    return
  end
  local kin = job and kinOf(job) or {}
  bury(job or { queue = queue, id = id, isRare = true }, state, math.min(now, tonumber(at) + ttl))
  releaseHeld(kin)
end

local TRIMMED_AT_ONCE = 500

local function trimShelf(queue, state, count, ttl, after)
  local oldest = call('ZRANGE', queue[SHELVES[state]], 0, count - 1, 'WITHSCORES')
  for place = 1, #oldest, 2 do
    if after and tonumber(oldest[place + 1]) > after then return end
    dropFinished(queue, state, oldest[place], oldest[place + 1], ttl)
  end
end

-- The same for the oldest so many completed ones, at once where they are plain.
local function trimOldest(queue, count, ttl)
  count = math.min(count, TRIMMED_AT_ONCE)
  if count > 0 and not dropOldestPlain(queue, count) then trimShelf(queue, 'c', count, ttl) end
end

-- Drops finished jobs that are over a bound; their tombstones stay. Completed and cancelled ones share one bound.
local function trim(queue)
  local known = settingsOf(queue)
  local completedTtl, failedTtl = tonumber(known.completedTtl or 3600000), tonumber(known.failedTtl or 604800000)
  local over = call('ZCARD', queue.completed) + call('ZCARD', queue.cancelled) - tonumber(known.completedMax or 10000)
  over = math.min(over, TRIMMED_AT_ONCE)
  while over > 0 do
    local completed = call('ZRANGE', queue.completed, 0, 0, 'WITHSCORES')
    local cancelled = call('ZRANGE', queue.cancelled, 0, 0, 'WITHSCORES')
    if not cancelled[2] then
      trimOldest(queue, over, completedTtl)
      over = 0
    else
      local isCompleted = completed[2] and tonumber(completed[2]) <= tonumber(cancelled[2])
      local head = isCompleted and completed or cancelled
      dropFinished(queue, isCompleted and 'c' or 'x', head[1], head[2], completedTtl)
      over = over - 1
    end
  end
  trimOldest(queue, call('ZCOUNT', queue.completed, '-inf', digits(now - completedTtl)), completedTtl)
  trimShelf(queue, 'x', TRIMMED_AT_ONCE, completedTtl, now - completedTtl)
  trimShelf(queue, 'f', TRIMMED_AT_ONCE, failedTtl, now - failedTtl)
  if known.failedMax then
    over = call('ZCARD', queue.failed) - tonumber(known.failedMax)
    if over > 0 then trimShelf(queue, 'f', math.min(over, TRIMMED_AT_ONCE), failedTtl) end
  end
end

-- Moves a job that lies in no container any more to the finished, and frees its keys and its key's slot.
local function shelve(job, state)
  if job.isRare then
    dropRare(job, 'awaits')
    if state == 'x' then
      freeKeys(job)
    else
      dropRare(job, 'cancelReason')
      freeUnique(job)
    end
    freeSlot(job)
  end
  call('ZADD', job.queue[SHELVES[state]], NOW, job.id)
end

-- The line of a queue: where a job stands in it, and who may enter it.
--
-- A place is (20 - priority) levels and then a tag: start-time fair queueing (Goyal, Vin and Cheng, 1996). A job's tag is
-- max(V, last of its key) + 64 / weight, and V is the tag of who was served last. A queue without keys counts on alone.
--
-- `flows` has the last place of each key at each priority and, apart from them, V of each priority. V only grows: read off the
-- head of the line it would fall with whoever comes before it, and each newcomer would overtake those that wait.

local function levelOf(priority)
  return (20 - priority) * LEVEL
end

-- Where V of a priority is kept: no key's flow begins with this letter.
local function turnOf(priority)
  return 'v' .. string.char(65 + priority)
end

-- Takes note of who was served, by places in their order.
local function noteTurns(queue, popped)
  local latest = {}
  for place = 2, #popped, 2 do latest[20 - math.floor(tonumber(popped[place]) / LEVEL)] = popped[place] end
  for priority, place in pairs(latest) do call('ZADD', queue.flows, 'GT', place, turnOf(priority)) end
end

-- The first keyed job of a line: jobs without a key are one flow of their own from now on, which ends where it ends now.
local function beginFlows(queue, known)
  known.flows = '1'
  call('HSET', queue.meta, 'flows', 1)
  noteSimplicity(queue)
  if call('ZCARD', queue.ready) == 0 then return end
  for priority = 0, 20 do
    local level = levelOf(priority)
    local tail = call('ZRANGE', queue.ready, '(' .. digits(level + LEVEL), digits(level), 'BYSCORE', 'REV', 'LIMIT', 0, 1, 'WITHSCORES')
    if tail[2] then call('ZADD', queue.flows, tail[2], string.char(65 + priority)) end
  end
end

-- Nobody is in line: flows have no more to remember.
local function endFlows(queue, known)
  known.flows = nil
  call('HDEL', queue.meta, 'flows')
  noteSimplicity(queue)
  call('DEL', queue.flows)
end

-- A job has its old place again: whoever of its key comes now stands behind it, though flows were forgotten while it ran.
local function noteOldPlace(job, place)
  local queue, known = job.queue, settingsOf(job.queue)
  local key = rareOf(job, 'key')
  if key and known.flows == nil then beginFlows(queue, known) end
  if known.flows then call('ZADD', queue.flows, 'GT', place, string.char(65 + job.priority) .. (key or '')) end
end

-- @return the place of the first of `count` jobs that enter the line together; each further one is a share behind
local function takePlaces(queue, priority, key, share, count)
  local known = settingsOf(queue)
  local level = levelOf(priority)
  if key == nil and known.flows == nil then
    return level + call('HINCRBY', queue.meta, 'seq', SHARE * count) - SHARE * (count - 1)
  end
  if known.flows == nil then beginFlows(queue, known) end
  local flow = string.char(65 + priority) .. (key or '')
  local head = call('ZRANGE', queue.ready, digits(level), '(' .. digits(level + LEVEL), 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
  local turn = turnOf(priority)
  local served
  if head[2] then
    served = tonumber(call('ZSCORE', queue.flows, turn) or nil)
    if served then call('ZREMRANGEBYSCORE', queue.flows, digits(level), '(' .. digits(served)) end
  else
    served = level + tonumber(call('HGET', queue.meta, 'seq') or 0)
    call('ZADD', queue.flows, 'GT', digits(served), turn)
  end
  if not served then
    -- Until now nobody had a key: all are a share apart.
    served = tonumber(head[2]) - SHARE
    call('ZADD', queue.flows, digits(served), turn)
  end
  local last = tonumber(call('ZSCORE', queue.flows, flow) or 0)
  local first = math.max(served, last) + share
  local final = first + share * (count - 1)
  call('ZADD', queue.flows, digits(final), flow)
  local seq = tonumber(call('HGET', queue.meta, 'seq') or 0)
  if final - level > seq then call('HSET', queue.meta, 'seq', digits(final - level)) end
  return first
end

-- A bucket of the generic cell rate algorithm (ATM Forum, 1996). Kept is how far its arrival time lies ahead of the last
-- look and when that was: at epoch milliseconds a double would lose every third token of 3 in 100 ms.
local ROUNDING = 0.000001

local function readLimit(text)
  local limit, per, burst = string.match(text, '^([^,]+),([^,]+),([^,]+)$')
  return { interval = tonumber(per) / tonumber(limit), burst = tonumber(burst) }
end

local function readBucket(key, field)
  local ahead, at = string.match(call('HGET', key, field) or '', '^([^,]+),(.+)$')
  if not ahead then return 0 end
  return math.max(0, tonumber(ahead) - math.max(0, now - tonumber(at)))
end

local function tokensIn(limit, ahead)
  return math.max(0, math.floor((limit.interval * limit.burst - ahead) / limit.interval + ROUNDING))
end

local function chargeBucket(key, field, limit, ahead, tokens)
  call('HSET', key, field, string.format('%.17g', ahead + tokens * limit.interval) .. ',' .. NOW)
end

local function refillIn(limit, ahead)
  return math.max(0, ahead + limit.interval * (1 - limit.burst))
end

-- Limits of one key, or nil: its own where it is declared with some, else those of all keys.
local function limitsOf(queue, key)
  local known = settingsOf(queue)
  if not (known.keyConcurrency or known.keyRate or known.keyOverrides) then return nil end
  if known.limits == nil then known.limits = {} end
  local limits = known.limits[key]
  if limits ~= nil then return limits end
  local concurrency, rate = known.keyConcurrency, known.keyRate
  if known.keyOverrides then
    if known.overrides == nil then known.overrides = cjson.decode(known.keyOverrides) end
    local own = known.overrides[key]
    if own then concurrency, rate = own[1] or nil, own[2] or nil end
    if concurrency == cjson.null then concurrency = nil end
    if rate == cjson.null then rate = nil end
  end
  limits = { concurrency = tonumber(concurrency), rate = rate and readLimit(rate) or nil }
  known.limits[key] = limits
  return limits
end

local function slotsKey(queue, key) return queue.P .. 'slots:' .. key end
local function parkedKey(queue, key) return queue.P .. 'parked:' .. key end

local function hasSlot(queue, key, limits)
  return limits.concurrency == nil or call('SCARD', slotsKey(queue, key)) < limits.concurrency
end

local function tryEnter(queue, key, id, limits)
  if not hasSlot(queue, key, limits) then return false end
  if limits.rate then
    local ahead = readBucket(queue.rates, key)
    if tokensIn(limits.rate, ahead) == 0 then return false end
    chargeBucket(queue.rates, key, limits.rate, ahead, 1)
  end
  call('SADD', slotsKey(queue, key), id)
  return true
end

-- Sees to it that a key is looked at again at the moment at which its limiter changes something, or forgets it.
local function planKey(queue, key, limits)
  local moment, isParked
  if limits.rate then
    local ahead = readBucket(queue.rates, key)
    isParked = call('ZCARD', parkedKey(queue, key)) > 0
    if isParked then
      if hasSlot(queue, key, limits) then moment = now + math.max(1, math.ceil(refillIn(limits.rate, ahead))) end
    elseif ahead == 0 then
      call('HDEL', queue.rates, key)
    else
      moment = now + math.max(1, math.ceil(ahead))
    end
  end
  if moment == nil then
    call('ZREM', queue.moments, 'k' .. key)
  else
    call('ZADD', queue.moments, digits(moment), 'k' .. key)
    -- A job is let in earlier than what the last claim named.
    if expect(queue, moment) and isParked then ring(queue) end
  end
end

-- Puts a job into the line at the back of its priority, by its key's turn; an external one among those to be published.
local function enterLine(job, key, share, isExternal, at)
  local queue, id = job.queue, job.id
  local place = digits(takePlaces(queue, job.priority, key, share, 1))
  if isExternal then
    call('ZADD', queue.external, place, id)
    call('ZADD', queue.forward, digits(at), id)
  else
    call('ZADD', queue.ready, place, id)
  end
  if createdAtOf(job.envelope) ~= at then call('HSET', queue.since, id, digits(at)) end
  ring(queue)
end

-- Makes a job that lacks nothing else ready, or parks it behind its key's limits.
local function admit(job, at)
  local queue, id = job.queue, job.id
  if not job.isRare then return enterLine(job, nil, SHARE, false, at) end
  local rare = call('HMGET', rareKey(queue, id), 'key', 'share', 'external')
  local key = rare[1] or nil
  local limits = key and limitsOf(queue, key)
  if limits then
    local line = parkedKey(queue, key)
    local isFirst = call('ZCARD', line) == 0
    if not (isFirst and tryEnter(queue, key, id, limits)) then
      local place = digits(levelOf(job.priority) + call('HINCRBY', queue.meta, 'seq', SHARE))
      call('ZADD', queue.parked, place, id)
      call('ZADD', line, place, id)
      if isFirst then planKey(queue, key, limits) end
      return
    end
  end
  enterLine(job, key, tonumber(rare[2] or SHARE), rare[3] == '1', at)
end

-- Lets in who waits behind the limits of a key, as far as they allow.
local function letIn(queue, key)
  local limits = limitsOf(queue, key) or {}
  local line = parkedKey(queue, key)
  while true do
    local id = call('ZRANGE', line, 0, 0)[1]
    if not id or not tryEnter(queue, key, id, limits) then break end
    call('ZREM', line, id)
    call('ZREM', queue.parked, id)
    local job = load(queue, id)
    if job then
      local rare = call('HMGET', rareKey(queue, id), 'share', 'external')
      enterLine(job, key, tonumber(rare[1] or SHARE), rare[2] == '1', now)
    end
  end
  planKey(queue, key, limits)
end

-- A job is neither ready nor running any more: its key's slot is free.
local function freeSlot(job)
  local key = rareOf(job, 'key')
  if not key then return end
  call('SREM', slotsKey(job.queue, key), job.id)
  if limitsOf(job.queue, key) then letIn(job.queue, key) end
end

-- Takes a job that is neither running nor finished out of where it waits, and frees its key's slot.
local function withdraw(job, word)
  local queue, id = job.queue, job.id
  call('ZREM', queue[word], id)
  if word == 'ready' or word == 'external' then
    call('HDEL', queue.since, id)
    if word == 'external' then call('ZREM', queue.forward, id) end
    freeSlot(job)
  elseif word == 'parked' then
    local key = rareOf(job, 'key')
    call('ZREM', parkedKey(queue, key), id)
    planKey(queue, key, limitsOf(queue, key) or {})
  elseif word == 'waiting' then
    call('ZREM', queue.moments, 'w' .. id)
  end
end

-- Lets a job wait until a moment, as `scheduled` or `retrying`.
local function defer(job, word, moment)
  call('ZADD', job.queue[word], digits(moment), job.id)
  -- It is earlier than what the last claim named.
  if expect(job.queue, moment) then ring(job.queue) end
end

-- How jobs enter a queue.
--
-- A job is given as: queue, id, envelope without its first seven bytes, number of words that follow, words in pairs. The
-- words are: delay, dueAt, repeat, key, share, external, idempotencyKey, idempotencyTtl, unique, uniqueMode, window,
-- maxWait, policy, parents.

local CONTAINERS_QUEUED = { 'ready', 'parked', 'external', 'scheduled', 'retrying', 'waiting' }

-- How many count against `maxSize`: neither running nor finished.
local function queuedOn(queue)
  local count = 0
  for _, word in ipairs(CONTAINERS_QUEUED) do count = count + call('ZCARD', queue[word]) end
  return count
end

-- @return the job, and where the next one begins
local function readJob(at)
  local count = tonumber(ARGV[at + 3])
  local job = { queue = open(ARGV[at]), id = ARGV[at + 1], body = ARGV[at + 2], words = {} }
  for place = at + 4, at + 3 + count, 2 do job.words[ARGV[place]] = ARGV[place + 1] end
  return job, at + 4 + count
end

-- The id of the job that has the idempotency key.
local function idempotentId(queue, key)
  local id = key and call('HGET', queue.idempotency, key)
  if not id then return nil end
  local until_ = call('ZSCORE', queue['idempotency:until'], key)
  return until_ and tonumber(until_) > now and id or nil
end

local function throttledId(queue, key)
  local id = call('HGET', queue.throttled, key)
  if not id then return nil end
  local until_ = call('ZSCORE', queue['throttled:until'], key)
  return until_ and tonumber(until_) > now and id or nil
end

-- The job that a call means, by its id or its idempotency key.
local function existingId(given)
  local queue, words = given.queue, given.words
  if call('HEXISTS', queue.jobs, given.id) == 1 then return given.id end
  if words['repeat'] and tombstoneOf(queue, given.id) then return given.id end
  return idempotentId(queue, words.idempotencyKey)
end

local function dueAtOf(words, firstAt)
  if words.uniqueMode == 'debounce' then
    local latest = now + tonumber(words.window)
    return words.maxWait and math.min(latest, firstAt + tonumber(words.maxWait)) or latest
  end
  if words.dueAt then return tonumber(words.dueAt) end
  return now + tonumber(words.delay or 0)
end

-- Gives a job that waits the payload, priority and delay of a later call. It keeps its id, and its place where neither
-- priority nor moment changes.
local function replaceJob(queue, id, given)
  local job = load(queue, id)
  local state, _, word = stateOf(queue, id)
  local dueAt = dueAtOf(given.words, createdAtOf(job.envelope))
  local envelope = string.sub(job.envelope, 1, 7) .. given.body
  local priority = priorityOf(envelope)
  call('HSET', queue.jobs, id, envelope)
  if state == 'w' then return call('HSET', rareKey(queue, id), 'dueAt', digits(dueAt)) end
  if state == 'p' and job.priority == priority and dueAt <= now then return end
  withdraw(job, word)
  job.envelope, job.priority = envelope, priority
  if dueAt > now then defer(job, 'scheduled', dueAt) else admit(job, now) end
end

-- @return the verdict of a call whose unique key is taken, or nil when it makes a new job
local function applyUniqueness(given)
  local queue, words = given.queue, given.words
  if words.uniqueMode == 'throttle' then
    local id = throttledId(queue, words.unique)
    return id and 'e' .. id or nil
  end
  local holder = call('HGET', queue.unique, words.unique)
  if not holder or call('HEXISTS', queue.jobs, holder) == 0 then return nil end
  if words.uniqueMode == 'keep-first' then return 'e' .. holder end
  -- What runs works on what it was given, so a later call must make a job of its own or be lost.
  if call('HEXISTS', queue.active, holder) == 1 then return nil end
  replaceJob(queue, holder, given)
  return 'p' .. holder
end

-- Looks up what a job depends on. @return lines of addresses, those that are unfinished, whether one has failed; or nil and
-- the id that nobody knows
local function linkParents(words)
  local lines, unmet, hasFailed = {}, {}, false
  for address in string.gmatch(words.parents, '[^\n]+') do
    local queue, id = atAddress(address)
    local state = stateOf(queue, id)
    local noted = ''
    if state == nil then
      state = tombstoneOf(queue, id)
      if state == nil then return nil, id end
      noted = state
    end
    if not isFinished(state) then unmet[#unmet + 1] = address end
    if state == 'f' or state == 'x' then hasFailed = true end
    lines[#lines + 1] = address .. '\1' .. noted
  end
  return lines, unmet, hasFailed
end

-- Enters a job with those that it depends on, as far as their records are kept.
local function attach(job)
  for _, address in ipairs(parentsOf(job)) do
    local queue, id = atAddress(address)
    local parent = load(queue, id)
    if parent then
      makeRare(parent)
      call('ZADD', childrenKey(queue, id), call('HINCRBY', queue.meta, 'links', 1), addressOf(job.queue, job.id))
    end
  end
end

local CREATED = struct.pack('>I6', now)

local function holdKeys(job, words)
  local queue, id = job.queue, job.id
  if words.idempotencyKey then
    local until_ = digits(now + math.min(tonumber(words.idempotencyTtl), 9007199254740991 - now))
    call('HSET', queue.idempotency, words.idempotencyKey, id)
    call('ZADD', queue['idempotency:until'], until_, words.idempotencyKey)
    call('HSET', rareKey(queue, id), 'idempotencyKey', words.idempotencyKey, 'idempotencyUntil', until_)
  end
  if words.unique then
    call('HSET', rareKey(queue, id), 'unique', words.unique, 'uniqueMode', words.uniqueMode)
    if words.uniqueMode == 'throttle' then
      call('HSET', queue.throttled, words.unique, id)
      call('ZADD', queue['throttled:until'], digits(now + tonumber(words.window)), words.unique)
    else
      call('HSET', queue.unique, words.unique, id)
    end
  end
end

local RARE_WORDS = { 'key', 'share', 'external', 'policy' }

local function isRareGiven(words)
  return words.key or words.external or words.idempotencyKey or words.unique or words.parents
end

-- Adds one job, or says why not; everything that it depends on is there by then.
-- @return `c` created, `e` and the id of an existing one, `p` and the id of a replaced one, `u` and the id of a parent that
-- nobody knows, `q` when the queue is full
local function addJob(given, isCapped)
  local queue, id, words = given.queue, given.id, given.words
  local existing = existingId(given)
  if existing then return 'e' .. existing end
  if words.unique then
    local verdict = applyUniqueness(given)
    if verdict then return verdict end
  end
  local lines, unmet, hasFailed
  if words.parents then
    lines, unmet, hasFailed = linkParents(words)
    if lines == nil then return 'u' .. unmet end
  end
  local known = settingsOf(queue)
  if isCapped and known.maxSize then
    known.queued = queuedOn(queue)
    if known.queued >= tonumber(known.maxSize) then return 'q' end
  end
  local isRare = isRareGiven(words)
  local envelope = (isRare and 'x' or '.') .. CREATED .. given.body
  call('HSET', queue.jobs, id, envelope)
  local job = { queue = queue, id = id, envelope = envelope, isRare = isRare and true or false, priority = priorityOf(envelope) }
  local dueAt = dueAtOf(words, now)
  if isRare then
    for _, word in ipairs(RARE_WORDS) do
      if words[word] then call('HSET', rareKey(queue, id), word, words[word]) end
    end
    if lines then
      call('HSET', rareKey(queue, id), 'parents', table.concat(lines, '\n'), 'dueAt', digits(dueAt))
      attach(job)
    end
    holdKeys(job, words)
  end
  if hasFailed and words.policy == 'fail' then
    breakOff(job)
    trim(queue)
  elseif unmet and #unmet > 0 then
    callInParts('SADD', unmetKey(queue, id), unmet)
    call('ZADD', queue.waiting, NOW, id)
  elseif dueAt > now then
    defer(job, 'scheduled', dueAt)
  else
    admit(job, now)
  end
  -- Who enqueues an external job publishes it.
  if words.external then
    local grace = now + 30000
    if call('ZADD', queue.forward, 'XX', 'CH', digits(grace), id) == 1 then expect(queue, grace) end
  end
  return 'c'
end

-- Settles, then takes.
--
-- KEYS    one key of each queue that is named, so that a cluster finds the node
-- ARGV    1 prefix, 2 worker, 3 lease in ms, 4 most jobs over all queues or -1, 5 number of queues to settle on, then for each:
--         name, number n of plain completions, 1 if they have results or 0, n ids, n tokens, (n results), number of other
--         settlements, and for each: id, token, kind, progress, four words by kind, number of jobs to enqueue, those jobs;
--         then number of queues to take from, and for each: name, most jobs, number of ids or -1, those ids
-- Result  { verdicts, ms until something could be new or '', jobs by queue, limited, ended, refused }; or `undeclared`, and
--         nothing was done, when the server does not know the limits of one of the queues (any more)
--
-- A job is in `active` with its token exactly while it is in `leases`. A plain job takes a handful of commands a call,
-- whatever the number of jobs; what moves others is only loaded when one of them is met.
--- @include "includes/base"
--- @include "includes/completed"

local function loadMoves()
--- @include "includes/jobs"
--- @include "includes/line"
--- @include "includes/endings"
--- @include "includes/dependencies"
--- @include "includes/overdue"
--- @include "includes/settle"
--- @include "includes/intake"
--- @include "includes/view"
  return {
    settleOne = settleOne, hold = hold, trim = trim, doOverdue = doOverdue, tellEndings = tellEndings, endFlows = endFlows,
    readLimit = readLimit, readBucket = readBucket, tokensIn = tokensIn, chargeBucket = chargeBucket, refillIn = refillIn,
    readToken = readToken, readJob = readJob, addJob = addJob, load = load, extrasOf = extrasOf,
  }
end

local loaded
local function moves()
  loaded = loaded or loadMoves()
  return loaded
end

local worker, lease, most = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local at = 6

-- Every queue must be known before anything is done.
for place = 1, #KEYS do
  local name = string.match(KEYS[place], '{(.*)}:meta$')
  if not settingsOf(open(name)).declared then return 'undeclared' end
end

local verdicts, refused = {}, {}

-- Completions of plain jobs without anything besides, each in place of `n` commands of its own.
local function completePlain(queue, count, ids, tokens, results)
  local held = call('HMGET', queue.active, unpack(ARGV, ids, ids + count - 1))
  for place = 0, count - 1 do
    local token = ARGV[tokens + place]
    if held[place + 1] ~= token or string.byte(token, 1) ~= 46 then return false end
  end
  call('ZREM', queue.leases, unpack(ARGV, ids, ids + count - 1))
  call('HDEL', queue.active, unpack(ARGV, ids, ids + count - 1))
  local known = settingsOf(queue)
  if known.completedMax == '0' then
    call('HDEL', queue.jobs, unpack(ARGV, ids, ids + count - 1))
    buryPlain(queue, { unpack(ARGV, ids, ids + count - 1) }, NOW)
  else
    local runs, shelf, kept = {}, {}, {}
    for place = 0, count - 1 do
      local id = ARGV[ids + place]
      runs[place * 2 + 1], runs[place * 2 + 2] = id, ARGV[tokens + place]
      shelf[place * 2 + 1], shelf[place * 2 + 2] = NOW, id
      if results and ARGV[results + place] ~= '' then
        kept[#kept + 1] = id
        kept[#kept + 1] = ARGV[results + place]
      end
    end
    call('HSET', queue.runs, unpack(runs))
    call('ZADD', queue.completed, unpack(shelf))
    if #kept > 0 then call('HSET', queue.results, unpack(kept)) end
    if not trimCompleted(queue, known) then moves().trim(queue) end
  end
  if known.concurrency and call('EXISTS', queue.ready) == 1 then ring(queue) end
  return true
end

-- The stack of Lua holds about 8,000: that many, and as much again beside it.
local SETTLED_AT_ONCE = 1000

local function settleOn(queue, number)
  local count, hasResults = tonumber(ARGV[at]), ARGV[at + 1] == '1'
  local ids = at + 2
  local tokens = ids + count
  local results = hasResults and tokens + count or nil
  at = tokens + count + (hasResults and count or 0)
  local letters = {}
  for done = 0, count - 1, SETTLED_AT_ONCE do
    local some = math.min(SETTLED_AT_ONCE, count - done)
    if completePlain(queue, some, ids + done, tokens + done, results and results + done) then
      letters[#letters + 1] = string.rep('a', some)
    else
      for place = done, done + some - 1 do
        local result = results and ARGV[results + place] or ''
        letters[#letters + 1] = moves().settleOne(queue, ARGV[ids + place], ARGV[tokens + place], 'c', '', result)
      end
    end
  end
  if count > 0 then verdicts[#verdicts + 1] = table.concat(letters) end
  local others = tonumber(ARGV[at])
  at = at + 1
  local each = {}
  for place = 1, others do
    local verdict = moves().settleOne(queue, unpack(ARGV, at, at + 7))
    each[place] = verdict
    local spawned = tonumber(ARGV[at + 8])
    at = at + 9
    for order = 1, spawned do
      local given
      given, at = moves().readJob(at)
      if verdict == 'a' then
        local outcome = moves().addJob(given, false)
        if string.byte(outcome, 1) == 117 then refused[#refused + 1] = { number, place - 1, order - 1, string.sub(outcome, 2) } end
      end
    end
  end
  if others > 0 then verdicts[#verdicts + 1] = table.concat(each) end
end

local jobs, limited = {}, {}
local nextMoment

local function comeBackAt(moment)
  if moment and (nextMoment == nil or moment < nextMoment) then nextMoment = moment end
end

-- Takes ready jobs out of the line by their ids. @return ids and places in turn, as ZPOPMIN gives them
local function takeNamed(queue, allowed, from, count)
  local taken, isMore = {}, false
  for place = from, from + count - 1 do
    local id = ARGV[place]
    for _, word in ipairs({ 'ready', 'external' }) do
      local score = call('ZSCORE', queue[word], id)
      if score and #taken / 2 >= allowed then
        isMore = true
      elseif score then
        call('ZREM', queue[word], id)
        call('ZREM', queue.forward, id)
        taken[#taken + 1] = id
        taken[#taken + 1] = score
      end
    end
  end
  return taken, isMore
end

-- Hands ready jobs, taken out of the line already, to the worker.
local function hand(queue, known, popped)
  local ids, places = {}, {}
  for place = 1, #popped, 2 do
    ids[#ids + 1] = popped[place]
    places[#places + 1] = popped[place + 1]
  end
  local envelopes = call('HMGET', queue.jobs, unpack(ids))
  local runs = call('HMGET', queue.runs, unpack(ids))
  local fence = call('HINCRBY', queue.meta, 'fence', 1)
  local expiry = now + lease
  local expires = digits(expiry)
  local leases, active, tokens, extras = {}, {}, {}, {}
  local hasRun, isOrphaned = false, false
  local lastPlace, tail
  for n = 1, #ids do
    local envelope, run = envelopes[n], runs[n]
    if not envelope or envelope == '' then
      isOrphaned = true
      tokens[n] = ''
      envelopes[n] = ''
    else
      local isRare = string.byte(envelope, 1) == 120
      if places[n] ~= lastPlace then
        lastPlace = places[n]
        tail = ',' .. fence .. ',' .. NOW .. ',' .. lastPlace .. ',' .. worker
      end
      local token
      if run then
        hasRun = true
        local attempt, stalls = string.match(run, '^.(%d+),(%d+),')
        token = (isRare and 'x' or '.') .. digits(attempt + 1) .. ',' .. stalls .. tail
      else
        token = (isRare and 'x1,0' or '.1,0') .. tail
      end
      tokens[n] = token
      leases[#leases + 1], leases[#leases + 2] = expires, ids[n]
      active[#active + 1], active[#active + 2] = ids[n], token
      if isRare then extras[#extras + 1] = { n - 1, unpack(moves().extrasOf(moves().load(queue, ids[n]))) } end
    end
  end
  if #leases > 0 then
    call('ZADD', queue.leases, unpack(leases))
    call('HSET', queue.active, unpack(active))
    if hasRun then call('HDEL', queue.runs, unpack(ids)) end
    if known.quiet == nil or expiry < known.quiet then expect(queue, expiry) end
  end
  if call('EXISTS', queue.since) == 1 then call('HDEL', queue.since, unpack(ids)) end
  jobs[#jobs + 1] = { queue.name, ids, tokens, envelopes, extras }
  return isOrphaned
end

local TAKEN_AT_ONCE = 1000

local function takeFrom(queue, limit, idsFrom, idCount)
  local known = settingsOf(queue)
  if known.quiet and known.quiet <= now then moves().doOverdue(queue) end
  local wanted = math.min(limit, most < 0 and limit or most, TAKEN_AT_ONCE)
  if wanted > 0 then
    local allowed, rate, ahead, slots, tokens = wanted, nil, nil, wanted, wanted
    if known.paused then allowed = 0 end
    if known.concurrency then
      slots = math.max(0, tonumber(known.concurrency) - call('ZCARD', queue.leases))
      allowed = math.min(allowed, slots)
    end
    if known.rate then
      rate = moves().readLimit(known.rate)
      ahead = moves().readBucket(queue.meta, 'bucket')
      tokens = math.min(wanted, moves().tokensIn(rate, ahead))
      allowed = math.min(allowed, tokens)
    end
    local popped, isMore = {}, nil
    if idCount >= 0 then
      popped, isMore = takeNamed(queue, allowed, idsFrom, idCount)
    elseif allowed > 0 then
      popped = call('ZPOPMIN', queue.ready, allowed)
    end
    local taken = #popped / 2
    if taken > 0 then hand(queue, known, popped) end
    if most >= 0 then most = most - taken end
    if rate and taken > 0 then
      moves().chargeBucket(queue.meta, 'bucket', rate, ahead, taken)
      ahead = moves().readBucket(queue.meta, 'bucket')
    end
    if isMore == nil then isMore = call('EXISTS', queue.ready) == 1 end
    if known.flows and not isMore and idCount < 0 then moves().endFlows(queue, known) end
    if taken == allowed and isMore then
      if allowed == wanted then
        ring(queue)
      elseif known.paused then
        limited[#limited + 1] = { queue.name, 'paused', '' }
      elseif rate == nil or slots <= tokens then
        limited[#limited + 1] = { queue.name, 'concurrency', '' }
      else
        local retryIn = math.ceil(moves().refillIn(rate, ahead))
        limited[#limited + 1] = { queue.name, 'rate', digits(retryIn) }
        comeBackAt(now + retryIn)
      end
    end
  elseif call('EXISTS', queue.ready) == 1 then
    -- Whoever took the marker has no room: somebody else may.
    ring(queue)
  end
  comeBackAt(known.quiet)
end

for number = 0, tonumber(ARGV[5]) - 1 do
  local queue = open(ARGV[at])
  at = at + 1
  settleOn(queue, number)
end
local takes = tonumber(ARGV[at])
at = at + 1
for _ = 1, takes do
  local queue, limit, idCount = open(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  takeFrom(queue, limit, at + 3, idCount)
  at = at + 3 + math.max(0, idCount)
end

local ended = {}
for _, known in pairs(settings) do
  if known.ended then
    ended = moves().tellEndings()
    break
  end
end
return { verdicts, nextMoment and digits(math.max(0, nextMoment - now)) or '', jobs, limited, ended, refused }

-- Settles, then takes.
--
-- KEYS    one key of each queue that is named, so that a cluster finds the node
-- ARGV    1 prefix, 2 worker, 3 lease in ms, 4 most jobs over all queues or -1
--         number of queues to settle on, and for each:
--           name
--           number n of plain completions, then 1 and their packed ids in one text, or 0 and n ids
--           number of runs of equal tokens, and of each the token and its length
--           `none`, or `each` and n results, or `joined` and a text of results, each behind its length (4 bytes)
--           number of other settlements, and of each: id, token, kind, progress, four words by kind, number of jobs to enqueue, those jobs
--         number of queues to take from, and for each: name, most jobs, number of ids or -1, those ids
-- Result  { verdicts, ms until something could be new or '', jobs by queue, limited, ended, refused }, with { name, ids, runs of equal tokens, envelopes, extras } for
--         each queue that gave jobs; its ids are one text where all are packed. Or `undeclared`, and nothing was done, when the server does not know the limits
--         of one of the queues (any more)
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
    settleOne = settleOne, hold = hold, trim = trim, doOverdue = doOverdue, tellEndings = tellEndings, endFlows = endFlows, noteTurns = noteTurns,
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
-- @param ids, tokens of which the completions stand at `from` to `to`
-- @param resultsOf gives the results of all of them
local function completePlain(queue, ids, tokens, from, to, resultsOf)
  local held = call('HMGET', queue.active, unpack(ids, from, to))
  for place = from, to do
    local token = tokens[place]
    if held[place - from + 1] ~= token or string.byte(token, 1) ~= 46 then return false end
  end
  call('ZREM', queue.leases, unpack(ids, from, to))
  call('HDEL', queue.active, unpack(ids, from, to))
  local known = settingsOf(queue)
  if known.completedMax == '0' then
    call('HDEL', queue.jobs, unpack(ids, from, to))
    buryPlain(queue, ids, from, to)
  else
    local runs, shelf, kept, results = {}, {}, {}, resultsOf()
    for place = from, to do
      local id, result = ids[place], results[place]
      local filled = (place - from) * 2
      runs[filled + 1], runs[filled + 2] = id, tokens[place]
      shelf[filled + 1], shelf[filled + 2] = NOW, id
      if result and result ~= '' then
        kept[#kept + 1] = id
        kept[#kept + 1] = result
      end
    end
    call('HSET', queue.runs, unpack(runs))
    call('ZADD', queue.completed, unpack(shelf))
    if #kept > 0 then call('HSET', queue.results, unpack(kept)) end
    if not trimCompleted(queue, known) then moves().trim(queue) end
  end
  -- One of another broker's may have been held back where it was delivered.
  if known.concurrency and call('EXISTS', queue.ready, queue.external) > 0 then ring(queue) end
  return true
end

-- The stack of Lua holds about 8,000: that many, and as much again beside it.
local SETTLED_AT_ONCE = 1000

-- @return ids of so many completions, which are the next of ARGV: in one text, or one by one
local function readIds(count, areJoined)
  local ids, first, joined = {}, at, ARGV[at]
  if areJoined then
    for place = 1, count do ids[place] = string.sub(joined, place * PACKED - PACKED + 1, place * PACKED) end
    at = first + 1
  else
    for place = 1, count do ids[place] = ARGV[first + place - 1] end
    at = first + count
  end
  return ids
end

-- @return what gives the results of so many completions when it is asked; they are the next of ARGV
local function readResults(count)
  local how, first = ARGV[at], at + 1
  at = first + (how == 'each' and count or how == 'joined' and 1 or 0)
  local results
  return function()
    if results then return results end
    results = {}
    if how == 'each' then
      for place = 1, count do results[place] = ARGV[first + place - 1] end
    elseif how == 'joined' then
      local from = 1
      for place = 1, count do results[place], from = struct.unpack('>I4c0', ARGV[first], from) end
    end
    return results
  end
end

local function settleOn(queue, number)
  local count, areJoined = tonumber(ARGV[at]), ARGV[at + 1] == '1'
  at = at + 2
  local ids = readIds(count, areJoined)
  local tokens = {}
  local runs = tonumber(ARGV[at])
  at = at + 1
  local known = 0
  for _ = 1, runs do
    local token, length = ARGV[at], tonumber(ARGV[at + 1])
    for n = known + 1, known + length do tokens[n] = token end
    known, at = known + length, at + 2
  end
  local resultsOf = readResults(count)
  local letters = {}
  for from = 1, count, SETTLED_AT_ONCE do
    local to = math.min(from + SETTLED_AT_ONCE - 1, count)
    if completePlain(queue, ids, tokens, from, to, resultsOf) then
      letters[#letters + 1] = string.rep('a', to - from + 1)
    else
      local results = resultsOf()
      for place = from, to do
        letters[#letters + 1] = moves().settleOne(queue, ids[place], tokens[place], 'c', '', results[place] or '')
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

-- The server keeps up to 128 short members in one list that it reads from its beginning for each: 6 us a job at a hundred leases, for
-- as long as the jobs in hand stay below 128. A member of more than 64 bytes makes a tree of it at once, and for as long as anything is
-- in it; tokens are that long for the same reason (their workers are padded).
local LONG = string.rep('-', 65)
local MANY = 16

-- Hands ready jobs, taken out of the line already, to the worker.
local function hand(queue, known, popped)
  local count = #popped / 2
  local ids, places = {}, {}
  for n = 1, count do
    ids[n], places[n] = popped[2 * n - 1], popped[2 * n]
  end
  local envelopes = call('HMGET', queue.jobs, unpack(ids))
  local runs = call('EXISTS', queue.runs) == 1 and call('HMGET', queue.runs, unpack(ids))
  local fence = call('HINCRBY', queue.meta, 'fence', 1)
  local expiry = now + lease
  local expires = whole(expiry)
  local leases, active, tokens, extras = {}, {}, {}, {}
  -- Numbers of entries, counted here: to ask a table for its length costs as much as to fill in a field.
  local leased, handed, told = 0, 0, 0
  local isMany = count >= MANY
  if isMany then leases[1], leases[2], leased = expires, LONG, 2 end
  local lastPlace, tail, plain, lastToken
  for n = 1, count do
    local id, envelope, run, token = ids[n], envelopes[n], runs and runs[n], ''
    if not envelope or envelope == '' then
      envelopes[n] = ''
    else
      local isRare = string.byte(envelope, 1) == 120
      if places[n] ~= lastPlace then
        lastPlace = places[n]
        tail = ',' .. fence .. ',' .. NOW .. ',' .. lastPlace .. ',' .. worker
        plain = '.1,0' .. tail
      end
      if run then
        local attempt, stalls = string.match(run, '^.(%d+),(%d+),')
        token = (isRare and 'x' or '.') .. whole(attempt + 1) .. ',' .. stalls .. tail
      else
        token = isRare and 'x1,0' .. tail or plain
      end
      leases[leased + 1], leases[leased + 2] = expires, id
      active[handed + 1], active[handed + 2] = id, token
      leased, handed = leased + 2, handed + 2
      if isRare then extras[#extras + 1] = { n - 1, unpack(moves().extrasOf(moves().load(queue, id))) } end
    end
    if token == lastToken then
      tokens[told] = tokens[told] + 1
    else
      tokens[told + 1], tokens[told + 2] = token, 1
      lastToken, told = token, told + 2
    end
  end
  if handed > 0 then
    call('ZADD', queue.leases, unpack(leases))
    call('HSET', queue.active, unpack(active))
    if runs then call('HDEL', queue.runs, unpack(ids)) end
    if known.quiet == nil or expiry < known.quiet then expect(queue, expiry) end
    if isMany then call('ZREM', queue.leases, LONG) end
  end
  if call('EXISTS', queue.since) == 1 then call('HDEL', queue.since, unpack(ids)) end
  -- Envelopes are not joined: the server hashes every byte of every text that Lua makes, 0.5 us for one of them.
  jobs[#jobs + 1] = { queue.name, areAllPacked(ids, 1, count) and table.concat(ids) or ids, tokens, envelopes, extras }
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
    if isMore == nil then isMore = taken == allowed and call('EXISTS', queue.ready) == 1 end
    if known.flows and idCount < 0 then
      if isMore then moves().noteTurns(queue, popped) else moves().endFlows(queue, known) end
    end
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
return { verdicts, nextMoment and whole(math.max(0, nextMoment - now)) or '', jobs, limited, ended, refused }

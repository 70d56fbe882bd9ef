-- What every script begins with: the clock, the keys of a queue, the shape of what is stored.
--
-- ARGV[1] is the prefix of all keys. All keys of a queue are `<prefix>:{<queue>}:<word>`, so they lie in one slot; a script
-- derives them, and names in KEYS one of each queue that it was called for.
--
-- An envelope (HASH `jobs`, id -> envelope) is: one character `.` (plain) or `x` (has more, in `rare:<id>`), six bytes of
-- createdAt, one character of priority (65 + priority), JSON of what the task says of itself, a line feed, the payload.
-- A token (HASH `active`, only while a job runs; HASH `runs`, its latest run, once it does not) is: `.` or `x`,
-- attempt, stalls, fence, startedAt, place in the line and worker, separated by commas. Whoever holds the token holds the job.
local call = redis.call
--- @include "clock"
local BASE = ARGV[1]

--- @include "places"

-- Of any number below 2^53, rounded.
local function digits(number)
  return string.format('%.0f', number)
end

-- Of a number that is whole: 0.35 us instead of 0.85.
local function whole(number)
  return string.format('%d', number)
end

local NOW = whole(now)

-- One command over members of whatever number: the stack of Lua holds about 8,000.
local MEMBERS_AT_ONCE = 1000

local function callInParts(command, key, members)
  for from = 1, #members, MEMBERS_AT_ONCE do
    call(command, key, unpack(members, from, math.min(from + MEMBERS_AT_ONCE - 1, #members)))
  end
end

local keysOf = {
  __index = function(queue, word)
    local key = queue.P .. word
    rawset(queue, word, key)
    return key
  end,
}

local opened = {}
-- What the settings and the clock-work of each opened queue are, read once a script.
local settings = {}

local function open(name)
  local queue = opened[name]
  if queue == nil then
    queue = setmetatable({ name = name, P = BASE .. ':{' .. name .. '}:' }, keysOf)
    opened[name] = queue
  end
  return queue
end

-- What a queue was declared with stands in one text: to look for 15 fields took 8 us a queue and call, of 60 for the call.
local LIMITS = '^([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|(.*)$'

local function given(text)
  if text ~= '' then return text end
end

-- @param declared what `declare` has written, or what a version before it has, which counts as nothing
local function readLimits(known, declared)
  if not declared then return end
  local concurrency, rate, maxSize, completedTtl, completedMax, failedTtl, failedMax, keyConcurrency, keyRate, keyOverrides =
    string.match(declared, LIMITS)
  if not concurrency then return end
  known.declared = declared
  known.concurrency, known.rate, known.maxSize = given(concurrency), given(rate), given(maxSize)
  known.completedTtl, known.completedMax = given(completedTtl), given(completedMax)
  known.failedTtl, known.failedMax = given(failedTtl), given(failedMax)
  known.keyConcurrency, known.keyRate, known.keyOverrides = given(keyConcurrency), given(keyRate), given(keyOverrides)
end

local function settingsOf(queue)
  local known = settings[queue.name]
  if known ~= nil then return known end
  local values = call('HMGET', queue.meta, 'declared', 'paused', 'quiet', 'flows', 'ended')
  known = { paused = values[2] or nil, quiet = tonumber(values[3] or nil), flows = values[4] or nil, ended = values[5] or nil }
  readLimits(known, values[1])
  settings[queue.name] = known
  return known
end

-- `simple` is there exactly while plain jobs have nothing to look at as they come in: the queue is declared, without a bound on its
-- size, not paused, and nobody in it has a key. Whatever changes one of those takes note of it here.
local function noteSimplicity(queue)
  local known = settingsOf(queue)
  if known.declared and not (known.maxSize or known.paused or known.flows) then
    call('SET', queue.simple, 1)
  else
    call('DEL', queue.simple)
  end
end

-- Sees to it that a call at that moment, or after it, looks at what is overdue. @return whether nothing was to come earlier
local function expect(queue, moment)
  local known = settingsOf(queue)
  if known.quiet ~= nil and known.quiet <= moment then return false end
  known.quiet = moment
  call('HSET', queue.meta, 'quiet', digits(moment))
  return true
end

-- Wakes one who waits for work on the queue. The marker is one member, so it never grows.
local function ring(queue)
  local known = settingsOf(queue)
  if known.rung or known.paused then return end
  known.rung = true
  call('ZADD', queue.wake, 0, '0')
end

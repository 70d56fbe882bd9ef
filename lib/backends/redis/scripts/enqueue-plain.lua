-- Adds plain jobs to one queue: new ids, nothing but a name, a payload and a priority.
--
-- KEYS    1 `meta` of the queue
-- ARGV    1 prefix, 2 queue, 3 number of jobs, 4 number r of runs, then r times priority and length: jobs of one priority with
--         ascending ids; then the jobs, one after the other in as many arguments as they need: length of the id (2 bytes), the id,
--         length of the envelope (4 bytes), the envelope without its first seven bytes
-- Result  how many were added, from the first on; the others found the queue full. Or `undeclared`, and nothing was done
--
-- Ids that ascend need no place of their own: 16 of them share one, and members of one score are in order of their ids.
-- It begins with nothing of what other scripts begin with, and reads of the settings what concerns it alone: 24 us for a lone job
-- instead of 53.
local call = redis.call
--- @include "includes/clock"
--- @include "includes/places"

local function loadMoves()
--- @include "includes/base"
--- @include "includes/moves"
--- @include "includes/intake"
  return { queue = open(ARGV[2]), takePlaces = takePlaces, queuedOn = queuedOn }
end

local SHARED = 16
-- Arguments of one command; the stack of Lua holds no more than about 8,000.
local AT_ONCE = 3000
-- The third of the ten words that `declare` has written.
local MAX_SIZE = '^[^|]*|[^|]*|([^|]*)|[^|]*|[^|]*|[^|]*|[^|]*|[^|]*|[^|]*|'

local meta = KEYS[1]
local P = string.sub(meta, 1, -5)
local known = call('HMGET', meta, 'declared', 'paused', 'flows')
local maxSize = known[1] and string.match(known[1], MAX_SIZE)
if not maxSize then return 'undeclared' end
local count, runs = tonumber(ARGV[3]), tonumber(ARGV[4])

local moves = (maxSize ~= '' or known[3]) and loadMoves()
if maxSize ~= '' then count = math.max(0, math.min(count, tonumber(maxSize) - moves.queuedOn(moves.queue))) end
if count == 0 then return 0 end

local begin = '.' .. struct.pack('>I6', now)
local left, at, from = count, 5 + runs * 2, 1
local chunk = ARGV[at]
for run = 0, runs - 1 do
  local length = math.min(left, tonumber(ARGV[6 + run * 2]))
  if length == 0 then break end
  left = left - length
  local priority = tonumber(ARGV[5 + run * 2])
  local place
  if known[3] then
    place = moves.takePlaces(moves.queue, priority, nil, SHARE, length)
  else
    place = (20 - priority) * LEVEL + call('HINCRBY', meta, 'seq', SHARE * length) - SHARE * (length - 1)
  end
  local jobs, line, shared, filled = {}, {}, nil, 0
  for n = 0, length - 1 do
    if n % SHARED == 0 then shared = string.format('%.0f', place + n * SHARE) end
    if from > #chunk then
      at, from = at + 1, 1
      chunk = ARGV[at]
    end
    local id, envelope
    id, envelope, from = struct.unpack('>I2c0I4c0', chunk, from)
    jobs[filled + 1], jobs[filled + 2] = id, begin .. envelope
    line[filled + 1], line[filled + 2] = shared, id
    filled = filled + 2
    if filled >= AT_ONCE or n == length - 1 then
      call('HSET', P .. 'jobs', unpack(jobs, 1, filled))
      call('ZADD', P .. 'ready', unpack(line, 1, filled))
      filled = 0
    end
  end
end
-- Wakes one who waits; whoever resumes the queue rings, too.
if not known[2] then call('ZADD', P .. 'wake', 0, '0') end
return count

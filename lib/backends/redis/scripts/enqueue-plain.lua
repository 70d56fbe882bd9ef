-- Adds plain jobs to one queue: new ids, nothing but a name, a payload and a priority.
--
-- KEYS    1 `meta` of the queue
-- ARGV    1 prefix, 2 queue, 3 number of jobs, 4 number r of runs, then r times priority and length: jobs of one priority with
--         ascending ids; then id and envelope without its first seven bytes, in turn
-- Result  how many were added, from the first on; the others found the queue full. Or `undeclared`, and nothing was done
--
-- Ids that ascend need no place of their own: 16 of them share one, and members of one score are in order of their ids.
--- @include "includes/base"

local function loadMoves()
--- @include "includes/moves"
--- @include "includes/intake"
  return { takePlaces = takePlaces, queuedOn = queuedOn }
end

local SHARED = 16
-- Arguments of one command; the stack of Lua holds no more than about 8,000.
local AT_ONCE = 3000

local queue = open(ARGV[2])
local known = settingsOf(queue)
if not known.declared then return 'undeclared' end
local count, runs = tonumber(ARGV[3]), tonumber(ARGV[4])
local first = 5 + runs * 2

local moves = (known.maxSize or known.flows) and loadMoves()
if known.maxSize then count = math.max(0, math.min(count, tonumber(known.maxSize) - moves.queuedOn(queue))) end
if count == 0 then return 0 end

local begin = '.' .. struct.pack('>I6', now)
local takePlaces = known.flows and moves.takePlaces
local left, at = count, first
for run = 0, runs - 1 do
  local length = math.min(left, tonumber(ARGV[5 + run * 2 + 1]))
  if length == 0 then break end
  left = left - length
  local priority = tonumber(ARGV[5 + run * 2])
  local place
  if takePlaces then
    place = takePlaces(queue, priority, nil, SHARE, length)
  else
    place = (20 - priority) * LEVEL + call('HINCRBY', queue.meta, 'seq', SHARE * length) - SHARE * (length - 1)
  end
  local jobs, line, shared, filled = {}, {}, nil, 0
  for n = 0, length - 1 do
    if n % SHARED == 0 then shared = digits(place + n * SHARE) end
    local id = ARGV[at]
    jobs[filled + 1], jobs[filled + 2] = id, begin .. ARGV[at + 1]
    line[filled + 1], line[filled + 2] = shared, id
    filled, at = filled + 2, at + 2
    if filled >= AT_ONCE or n == length - 1 then
      call('HSET', queue.jobs, unpack(jobs, 1, filled))
      call('ZADD', queue.ready, unpack(line, 1, filled))
      filled = 0
    end
  end
end
ring(queue)
return count

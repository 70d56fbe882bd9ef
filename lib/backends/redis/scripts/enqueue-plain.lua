-- Adds plain jobs to one queue: new ids, nothing but a name, a payload and a priority.
--
-- KEYS    1 `meta` of the queue
-- ARGV    1 prefix, then the jobs, one after the other in as many arguments as they need: length of the id (2 bytes), the id,
--         length of the envelope (4 bytes), the envelope without its first seven bytes. Before the first job stand the number of
--         jobs (4 bytes) and that of runs (4 bytes): jobs of one priority with ascending ids. Unless it is one run alone, the last
--         arguments are the lengths of the runs
-- Result  how many were added, from the first on; the others found the queue full. Or `undeclared`, and nothing was done
--
-- Ids that ascend need no place of their own: 16 of them share one, and members of one score are in order of their ids.
-- It begins with nothing of what other scripts begin with, and does not even read the settings of a queue that is `simple`: a lone
-- job takes 15 us of a server instead of 22, and took 53 with all that.
local call = redis.call
--- @include "includes/clock"
--- @include "includes/places"

local meta, chunk = KEYS[1], ARGV[2]
local P = string.sub(meta, 1, -5)
local isSimple = call('EXISTS', P .. 'simple') == 1
local count, runs = struct.unpack('>I4I4', chunk)
local from = 9

local function levelOf(envelope)
  return (85 - string.byte(envelope)) * LEVEL
end

if isSimple and count == 1 then
  local id, envelope = struct.unpack('>I2c0I4c0', chunk, from)
  call('HSET', P .. 'jobs', id, '.' .. struct.pack('>I6', now) .. envelope)
  call('ZADD', P .. 'ready', levelOf(envelope) + call('HINCRBY', meta, 'seq', SHARE), id)
  call('ZADD', P .. 'wake', 0, '0')
  return 1
end

local function loadMoves()
--- @include "includes/base"
--- @include "includes/moves"
--- @include "includes/intake"
  return { queue = open(string.match(meta, '{(.*)}:meta$')), settingsOf = settingsOf, takePlaces = takePlaces, queuedOn = queuedOn }
end

local known, moves = {}, nil
if not isSimple then
  moves = loadMoves()
  known = moves.settingsOf(moves.queue)
  if not known.declared then return 'undeclared' end
  if known.maxSize then count = math.max(0, math.min(count, tonumber(known.maxSize) - moves.queuedOn(moves.queue))) end
end

local SHARED = 16
-- Arguments of one command; the stack of Lua holds no more than about 8,000.
local AT_ONCE = 3000

local begin = '.' .. struct.pack('>I6', now)
local left, at = count, 2
for run = 1, runs do
  local length = math.min(left, runs == 1 and left or tonumber(ARGV[#ARGV - runs + run]))
  if length == 0 then break end
  left = left - length
  local place
  local jobs, line, shared, filled = {}, {}, nil, 0
  for n = 0, length - 1 do
    if from > #chunk then
      at, from = at + 1, 1
      chunk = ARGV[at]
    end
    local id, envelope
    id, envelope, from = struct.unpack('>I2c0I4c0', chunk, from)
    if n == 0 and known.flows then
      place = moves.takePlaces(moves.queue, string.byte(envelope) - 65, nil, SHARE, length)
    elseif n == 0 then
      place = levelOf(envelope) + call('HINCRBY', meta, 'seq', SHARE * length) - SHARE * (length - 1)
    end
    if n % SHARED == 0 then shared = string.format('%.0f', place + n * SHARE) end
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
if count > 0 and not known.paused then call('ZADD', P .. 'wake', 0, '0') end
return count

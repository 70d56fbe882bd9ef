-- Drops the oldest completed jobs of a queue, whatever their number, in a handful of commands: as long as all are plain.

--- @include "burial"

-- @return whether they were dropped; else they have to be looked at one by one
local function dropOldestPlain(queue, count)
  local ids = call('ZRANGE', queue.completed, 0, count - 1)
  if #ids == 0 then return true end
  local runs = call('HMGET', queue.runs, unpack(ids))
  for place = 1, #ids do
    if not runs[place] or string.byte(runs[place], 1) ~= 46 then return false end
  end
  call('ZREMRANGEBYRANK', queue.completed, 0, #ids - 1)
  call('HDEL', queue.jobs, unpack(ids))
  call('HDEL', queue.runs, unpack(ids))
  if call('EXISTS', queue.results) == 1 then call('HDEL', queue.results, unpack(ids)) end
  buryPlain(queue, ids, 1, #ids)
  return true
end

-- @return whether nothing is over the bounds any more, as far as completed jobs are concerned
local function trimCompleted(queue, known)
  local over = call('ZCARD', queue.completed) - tonumber(known.completedMax or 10000)
  if call('EXISTS', queue.cancelled) == 1 then return false end
  if over > 0 then return dropOldestPlain(queue, math.min(over, 1000)) end
  local oldest = call('ZRANGE', queue.completed, 0, 0, 'WITHSCORES')[2]
  return oldest == nil or tonumber(oldest) > now - tonumber(known.completedTtl or 3600000)
end

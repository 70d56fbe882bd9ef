-- Remembers ids of plain jobs that have completed and are not kept.
--
-- Those that go together take one entry of `buried` (LIST, oldest first): the moment, then their ids of 22 bytes, one after the other; how many ids it
-- holds stands in `meta`. Others have a member each of `gone` (ZSET by moment), to which `tombstones` moves everything as soon as somebody looks for
-- an id: a queue on which nobody does never pays for that. A member of a sorted set takes 1.5 us, a tenth of what a job of a busy queue costs the server.
local TOMBSTONES_KEPT = 10000
-- Bytes of a packed id. Other ids may have any length.
local PACKED = 22
-- For fewer an entry is not worth it.
local FEWEST_BURIED = 16
local MOST_BURIED = 1000

local function boundGone(queue)
  local over = call('ZCARD', queue.gone) - TOMBSTONES_KEPT
  if over > 0 then call('ZREMRANGEBYRANK', queue.gone, 0, over - 1) end
end

-- @return of an entry of `buried`: how many bytes its moment has
local function headOf(entry)
  return #entry % PACKED
end

local function dropBuried(queue)
  local entry = call('LPOP', queue.buried)
  if not entry then return 0 end
  return call('HINCRBY', queue.meta, 'buried', -(#entry - headOf(entry)) / PACKED)
end

local function areAllPacked(ids, from, to)
  for place = from, to do
    if #ids[place] ~= PACKED then return false end
  end
  return true
end

-- Of plain jobs that have completed, those of `ids` at `from` to `to`.
local function buryPlain(queue, ids, from, to)
  local count = to - from + 1
  if count >= FEWEST_BURIED and count <= MOST_BURIED and areAllPacked(ids, from, to) then
    local entries = call('RPUSH', queue.buried, NOW .. table.concat(ids, '', from, to))
    -- The first of a list says how many there are: nothing stays wrong that a lost key has made wrong.
    if entries == 1 then
      call('HSET', queue.meta, 'buried', count)
    else
      local kept = call('HINCRBY', queue.meta, 'buried', count)
      while kept >= TOMBSTONES_KEPT + MOST_BURIED do kept = dropBuried(queue) end
    end
    return
  end
  local entries = {}
  for place = from, to do
    entries[#entries + 1] = NOW
    entries[#entries + 1] = ids[place]
  end
  call('ZADD', queue.gone, unpack(entries))
  boundGone(queue)
end

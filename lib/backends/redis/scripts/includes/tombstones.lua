-- What is left of a finished job when its record goes: its id, how it ended and when, for an hour, of the latest 10,000.
--
-- `gone` (ZSET by moment) has ids, and behind one that did not complete a letter. Plain completed jobs that go together take one entry of
-- `buried` (LIST, oldest first): the moment, then their ids of 22 bytes, one after the other; how many ids it holds stands in `meta`. Who looks for
-- an id moves all of them to `gone` first, so a queue on which nobody does never pays for that: a member of a sorted set takes 1.5 us, a tenth of
-- what a job of a busy queue costs the server.
local TOMBSTONES = { c = '', f = '\1f', x = '\1x' }
local TOMBSTONES_KEPT = 10000
local TOMBSTONE_TTL = 3600000
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

local function momentOf(entry)
  return string.sub(entry, 1, headOf(entry))
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

local function leaveTombstone(queue, id, state, at)
  call('ZADD', queue.gone, digits(at), id .. TOMBSTONES[state])
  boundGone(queue)
end

-- Moves to `gone` what has been buried since somebody looked last: 12 to 15 ms for 10,000 ids, once.
local function exhume(queue)
  local buried = call('LRANGE', queue.buried, 0, -1)
  if #buried == 0 then return end
  for _, entry in ipairs(buried) do
    local moment, members = momentOf(entry), {}
    for from = #moment + 1, #entry, PACKED do
      members[#members + 1] = moment
      members[#members + 1] = string.sub(entry, from, from + PACKED - 1)
    end
    call('ZADD', queue.gone, unpack(members))
  end
  call('DEL', queue.buried)
  boundGone(queue)
end

-- @return the letter of the state in which a job has ended whose record is gone; nil: nothing is known of it
local function tombstoneOf(queue, id)
  exhume(queue)
  for state, suffix in pairs(TOMBSTONES) do
    local at = call('ZSCORE', queue.gone, id .. suffix)
    if at and tonumber(at) > now - TOMBSTONE_TTL then return state end
  end
  return nil
end

-- Drops those whose time is over.
local function expireTombstones(queue)
  call('ZREMRANGEBYSCORE', queue.gone, '-inf', digits(now - TOMBSTONE_TTL))
  while true do
    local entry = call('LINDEX', queue.buried, 0)
    if not entry or tonumber(momentOf(entry)) > now - TOMBSTONE_TTL then return end
    dropBuried(queue)
  end
end

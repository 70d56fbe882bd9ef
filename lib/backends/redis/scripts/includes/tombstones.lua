-- What is left of a finished job when its record goes: its id, how it ended and when, for an hour, of the latest 10,000.
--
-- `gone` (ZSET by moment) has an id and the letter of its state. Plain completed jobs that go together take one entry of `buried` (LIST,
-- oldest first): the moment, then their packed ids, one after the other; how many ids it holds stands in `meta`. A member of a sorted set
-- for each took 1.5 us, a tenth of what a job of a busy queue costs the server; an entry for a hundred of them takes 2.
local TOMBSTONES = { c = '', f = '\1f', x = '\1x' }
local TOMBSTONES_KEPT = 10000
local TOMBSTONE_TTL = 3600000
-- Bytes of a packed id. Other ids may have any length.
local PACKED = 22
-- Fewer are not worth an entry, all of which are read to find one id.
local FEWEST_BURIED = 16
local MOST_BURIED = 1000

-- To look for an id takes 0.2 ms with 10,000 of them. Who asks for more than so many has all of them in a table.
local MOST_SEARCHED = 8

-- What `buried` of a queue has, once somebody has asked.
local buried = {}

local function boundGone(queue)
  local over = call('ZCARD', queue.gone) - TOMBSTONES_KEPT
  if over > 0 then call('ZREMRANGEBYRANK', queue.gone, 0, over - 1) end
end

-- @return of an entry of `buried`: how many bytes its moment has, and how many ids it has
local function shapeOf(entry)
  local head = #entry % PACKED
  return head, (#entry - head) / PACKED
end

local function dropBuried(queue)
  local entry = call('LPOP', queue.buried)
  if not entry then
    call('HDEL', queue.meta, 'buried')
    return 0
  end
  local _, count = shapeOf(entry)
  return call('HINCRBY', queue.meta, 'buried', -count)
end

local function areAllPacked(ids, from, count)
  for place = from, from + count - 1 do
    if #ids[place] ~= PACKED then return false end
  end
  return true
end

-- Of plain jobs that have completed, `count` of `ids` from a place on.
local function buryPlain(queue, ids, from, count)
  if count >= FEWEST_BURIED and count <= MOST_BURIED and areAllPacked(ids, from, count) then
    call('RPUSH', queue.buried, NOW .. table.concat(ids, '', from, from + count - 1))
    local kept = call('HINCRBY', queue.meta, 'buried', count)
    while kept >= TOMBSTONES_KEPT + MOST_BURIED do kept = dropBuried(queue) end
    buried[queue.name] = nil
    return
  end
  local entries = {}
  for place = 1, count do
    entries[place * 2 - 1] = NOW
    entries[place * 2] = ids[from + place - 1]
  end
  call('ZADD', queue.gone, unpack(entries))
  boundGone(queue)
end

local function leaveTombstone(queue, id, state, at)
  call('ZADD', queue.gone, digits(at), id .. TOMBSTONES[state])
  boundGone(queue)
end

local function momentOf(entry)
  return tonumber(string.sub(entry, 1, shapeOf(entry)))
end

-- Whether an id is in an entry. Its bytes may also stand across two others.
local function isIn(entry, id)
  local head = shapeOf(entry)
  local from = string.find(entry, id, head + 1, true)
  while from and (from - head - 1) % PACKED ~= 0 do from = string.find(entry, id, from + 1, true) end
  return from ~= nil
end

-- Moments by id: 3 ms for 10,000, once.
local function indexOf(entries)
  local index = {}
  for _, entry in ipairs(entries) do
    local head, at = shapeOf(entry), momentOf(entry)
    for from = head + 1, #entry, PACKED do index[string.sub(entry, from, from + PACKED - 1)] = at end
  end
  return index
end

-- @return when a job was buried together with others
local function buriedAt(queue, id)
  local known = buried[queue.name]
  if not known then
    known = { entries = call('LRANGE', queue.buried, 0, -1), asked = 0 }
    buried[queue.name] = known
  end
  known.asked = known.asked + 1
  if known.asked > MOST_SEARCHED then
    known.index = known.index or indexOf(known.entries)
    return known.index[id]
  end
  for place = #known.entries, 1, -1 do
    local entry = known.entries[place]
    if isIn(entry, id) then return momentOf(entry) end
  end
  return nil
end

-- @return the letter of the state in which a job has ended whose record is gone; nil: nothing is known of it
local function tombstoneOf(queue, id)
  for state, suffix in pairs(TOMBSTONES) do
    local at = call('ZSCORE', queue.gone, id .. suffix)
    if at and tonumber(at) > now - TOMBSTONE_TTL then return state end
  end
  if #id == PACKED and (buriedAt(queue, id) or 0) > now - TOMBSTONE_TTL then return 'c' end
  return nil
end

-- Drops those whose time is over.
local function expireTombstones(queue)
  call('ZREMRANGEBYSCORE', queue.gone, '-inf', digits(now - TOMBSTONE_TTL))
  while true do
    local entry = call('LINDEX', queue.buried, 0)
    if not entry or momentOf(entry) > now - TOMBSTONE_TTL then return end
    dropBuried(queue)
  end
end

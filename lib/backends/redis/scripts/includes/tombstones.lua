-- What is left of a finished job when its record goes: its id, how it ended and when, for an hour, of the latest 10,000. In `gone` a letter stands behind
-- the id of one that did not complete.
--- @include "burial"

local TOMBSTONES = { c = '', f = '\1f', x = '\1x' }
local TOMBSTONE_TTL = 3600000

local function leaveTombstone(queue, id, state, at)
  call('ZADD', queue.gone, digits(at), id .. TOMBSTONES[state])
  boundGone(queue)
end

local function momentOf(entry)
  return string.sub(entry, 1, headOf(entry))
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

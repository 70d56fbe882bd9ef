-- On a cluster: what this queue has to tell others, whose keys lie in slots that no step of this one reaches.
--
-- `outbox` (SET) names the queues that are to be told, and `outbox:<queue>` (ZSET, by version) what: `d<parent>\1<child>` how a job
-- stands that a job there depends on, `s<id>` a job to enqueue there, which lies in `posted` (HASH, by its address) until then. `departed`
-- (HASH) says of jobs that are forgotten how they ended.
local HOME = open(string.match(KEYS[1], '{(.*)}:meta$'))

local function isRemote(address)
  return string.match(address, '^([^\1]*)') ~= HOME.name
end

-- A number that only grows, also for a server that has lost what it was last: of two words on one thing the later is the higher.
local function nextVersion()
  local version = math.max(tonumber(call('HGET', HOME.meta, 'version') or 0) + 1, now * 1000)
  call('HSET', HOME.meta, 'version', digits(version))
  return digits(version)
end

local function dispatch(target, member)
  call('SADD', HOME.outbox, target)
  call('ZADD', HOME['outbox:' .. target], nextVersion(), member)
  outgoing = true
end

local function dependentsKey(id) return HOME.P .. 'dependents:' .. id end

-- Addresses of the jobs of other queues that depend on one of this.
local function dependentsOf(id)
  return call('ZRANGE', dependentsKey(id), 0, -1)
end

local function toldAs(id, address)
  local target, child = string.match(address, '^([^\1]*)\1(.*)$')
  return target, 'd' .. id .. '\1' .. child
end

-- @param departed the letter that a job ended with whose record is gone; nothing while there is one
local function tellDependents(id, dependents, departed)
  for _, address in ipairs(dependents) do
    if departed then
      call('HSET', HOME.departed, id .. '\1' .. address, departed)
    else
      call('HDEL', HOME.departed, id .. '\1' .. address)
    end
    dispatch(toldAs(id, address))
  end
end

local function isToldLater(id)
  for _, address in ipairs(dependentsOf(id)) do
    local target, member = toldAs(id, address)
    if call('ZSCORE', HOME['outbox:' .. target], member) then return true end
  end
  return false
end

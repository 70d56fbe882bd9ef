-- On a cluster: dependencies on jobs of other queues. It takes the place of what reaches from one queue to another there.
--
-- A child keeps what it has heard of each such parent (`standings:<id>`, HASH by the parent's address): version, letter, and what the child
-- is handed of it. Letters: `i` intent, not registered with the parent yet; `u` unfinished; `c`, `f`, `x` as it ended; `b` cancelled, and comes
-- back with a dead letter; `C`, `F`, `X` ended so, and its record is gone. A parent keeps its children in `dependents:<id>`.
--- @include "outbox"

local IS_BAD = { f = true, x = true, b = true, F = true, X = true }
local IS_MET = { c = true, C = true }

local function standingsKey(id) return HOME.P .. 'standings:' .. id end

local function standingIn(packed)
  local known = cmsgpack.unpack(packed)
  return { version = known[1], letter = known[2], envelope = known[3], result = known[4], error = known[5] }
end

-- @return by address
local function standingsOf(id)
  local standings = {}
  local flat = call('HGETALL', standingsKey(id))
  for place = 1, #flat, 2 do standings[flat[place]] = standingIn(flat[place + 1]) end
  return standings
end

local everyParentOf = parentsOf
parentsOf = function(job)
  local near = {}
  for _, address in ipairs(everyParentOf(job)) do
    if not isRemote(address) then near[#near + 1] = address end
  end
  return near
end

local shelveHere = shelve
shelve = function(job, state)
  shelveHere(job, state)
  if not job.isRare then return end
  -- It never runs again: what it was handed is of no more use.
  if state == 'c' then call('DEL', standingsKey(job.id)) end
  tellDependents(job.id, dependentsOf(job.id))
end

local forgetHere = forget
forget = function(job)
  forgetHere(job)
  if not job.isRare then return end
  call('DEL', standingsKey(job.id), dependentsKey(job.id))
  call('ZREM', HOME.intents, job.id)
end

local buryHere = bury
bury = function(job, state, at)
  local dependents = job.isRare and dependentsOf(job.id) or {}
  buryHere(job, state, at)
  tellDependents(job.id, dependents, string.upper(state))
end

-- Besides: its children have still to be told what it ended with, or it may come back with a parent of another queue.
local isNeededHere = isNeeded
isNeeded = function(job)
  if isNeededHere(job) then return true end
  if not job.isRare then return false end
  if isToldLater(job.id) then return true end
  if not rareOf(job, 'broken') then return false end
  for _, standing in pairs(standingsOf(job.id)) do
    if standing.letter == 'f' or standing.letter == 'b' then return true end
  end
  return false
end

-- Lets a job that was cancelled because of a parent wait again, or go on, once none of its parents is bad. @return whether it does
local function reopen(child)
  if not rareOf(child, 'broken') then return false end
  local queue, id, unmet = child.queue, child.id, {}
  for _, address in ipairs(parentsOf(child)) do
    local standing = standingOf(atAddress(address))
    if IS_BAD[standing] then return false end
    if not isFinished(standing) then unmet[#unmet + 1] = address end
  end
  for address, standing in pairs(standingsOf(id)) do
    if IS_BAD[standing.letter] then return false end
    if not IS_MET[standing.letter] then unmet[#unmet + 1] = address end
  end
  call('ZREM', queue.cancelled, id)
  call('ZREM', queue['cancelled:held'], id)
  dropRare(child, 'broken', 'cancelReason')
  restoreIdempotency(child)
  restoreUnique(child)
  if #unmet > 0 then
    callInParts('SADD', unmetKey(queue, id), unmet)
    call('ZADD', queue.waiting, digits(createdAtOf(child.envelope)), id)
  else
    proceed(child)
  end
  return true
end

reopenDependents = function(retried)
  local reopened = { retried }
  local place = 1
  while reopened[place] do
    local parent = reopened[place]
    place = place + 1
    tellDependents(parent.id, dependentsOf(parent.id))
    for _, address in ipairs(call('ZRANGE', childrenKey(parent.queue, parent.id), 0, -1)) do
      local child = load(atAddress(address))
      if child and reopen(child) then reopened[#reopened + 1] = child end
    end
  end
end

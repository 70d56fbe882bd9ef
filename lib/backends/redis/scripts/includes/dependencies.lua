-- Jobs that wait for jobs. A child knows its parents (`parents` in its rare part) and which are not finished (a set, since
-- one that is heard of twice must not count twice); a parent knows its children, in the order in which they came.

-- Lets a job go on whose dependencies are met.
local function proceed(child)
  local dueAt = tonumber(rareOf(child, 'dueAt') or 0)
  if dueAt > now then defer(child, 'scheduled', dueAt) else admit(child, now) end
end

-- Ends a job because one that it depends on did not complete. It stays with its parents, to come back with them.
local function breakOff(child)
  call('DEL', unmetKey(child.queue, child.id))
  setRare(child, 'broken', 1, 'cancelReason', 'dependency-failed')
  shelve(child, 'x')
  noteEnding(child, call('HGET', child.queue.runs, child.id))
end

-- Tells the dependents of a job that it has ended, or is gone; those of a dependent that is cancelled by it are told in
-- turn. A list, not recursion: a chain of jobs may be longer than the stack is deep.
local function resolveDependents(ended, isCompleted)
  local told = { { ended, isCompleted } }
  local touched = {}
  local place = 1
  while told[place] do
    local parent, isGood = told[place][1], told[place][2]
    place = place + 1
    local address = addressOf(parent.queue, parent.id)
    for _, childAddress in ipairs(parent.children or call('ZRANGE', childrenKey(parent.queue, parent.id), 0, -1)) do
      local queue, id = atAddress(childAddress)
      if call('ZSCORE', queue.waiting, id) and call('SREM', unmetKey(queue, id), address) == 1 then
        local child = load(queue, id)
        touched[queue.name] = queue
        if not isGood and rareOf(child, 'policy') == 'fail' then
          call('ZREM', queue.waiting, id)
          breakOff(child)
          told[#told + 1] = { child, false }
        elseif call('SCARD', unmetKey(queue, id)) == 0 then
          call('ZREM', queue.waiting, id)
          proceed(child)
        end
      end
    end
    -- A finished job needs its parents' records no longer, unless it may wait again.
    local parents = parentsOf(parent)
    if #parents > 0 then
      if not rareOf(parent, 'broken') then detach(parent) end
      releaseHeld(parents)
    end
  end
  for _, queue in pairs(touched) do
    if queue ~= ended.queue then trim(queue) end
  end
end

-- Ends a job that lies in no container any more, and resolves in the same step the jobs that depend on it.
local function finish(job, state)
  shelve(job, state)
  if job.isRare then resolveDependents(job, state == 'c') end
  trim(job.queue)
end

local function finishCancelled(job, reason)
  setRare(job, 'cancelReason', reason)
  finish(job, 'x')
end

-- How a parent stands: its state's letter, or that of its tombstone, or `x` when nothing is known of it any more.
local function standingOf(queue, id, noted)
  return stateOf(queue, id) or tombstoneOf(queue, id) or noted or 'x'
end

-- Makes the dependents that were cancelled because of a job wait for it again, and theirs for them.
local function reopenDependents(retried)
  local reopened = { retried }
  local place = 1
  while reopened[place] do
    local parent = reopened[place]
    place = place + 1
    for _, childAddress in ipairs(call('ZRANGE', childrenKey(parent.queue, parent.id), 0, -1)) do
      local queue, id = atAddress(childAddress)
      local child = load(queue, id)
      if child and rareOf(child, 'broken') then
        local unmet, isBroken = {}, false
        for _, address in ipairs(parentsOf(child)) do
          local standing = standingOf(atAddress(address))
          if standing == 'f' or standing == 'x' then isBroken = true end
          if not isFinished(standing) then unmet[#unmet + 1] = address end
        end
        if not isBroken then
          call('ZREM', queue.cancelled, id)
          call('ZREM', queue['cancelled:held'], id)
          dropRare(child, 'broken', 'cancelReason')
          callInParts('SADD', unmetKey(queue, id), unmet)
          restoreIdempotency(child)
          restoreUnique(child)
          call('ZADD', queue.waiting, digits(createdAtOf(child.envelope)), id)
          reopened[#reopened + 1] = child
        end
      end
    end
  end
end

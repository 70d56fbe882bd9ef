-- What a worker says of the run of a job, one job at a time.

-- @return `a` applied, `l` already applied, `s` stale, `u` unknown; and, when it holds, the job and its run
local function hold(queue, id, token)
  local current = call('HGET', queue.active, id)
  if current and string.sub(current, 2) == string.sub(token, 2) then
    return 'a', load(queue, id), readToken(current)
  end
  if call('HEXISTS', queue.jobs, id) == 0 then return 'u' end
  local latest = not current and call('HGET', queue.runs, id)
  if latest then
    local ours, theirs = readToken(token), readToken(latest)
    if ours.fence == theirs.fence and ours.startedAt == theirs.startedAt then return 'l' end
  end
  return 's'
end

local function endLease(job)
  call('ZREM', job.queue.leases, job.id)
  call('HDEL', job.queue.active, job.id)
end

-- Whoever settled it believes that it will run again: that it has ended, somebody must be told.
local function cancelInstead(job, run, reason)
  finishCancelled(job, reason)
  noteEnding(job, writeToken(true, run))
end

local settlements = {}

-- completed: result
function settlements.c(job, run, result)
  if result ~= '' then call('HSET', job.queue.results, job.id, result) end
  endRun(job, run)
  finish(job, 'c')
end

-- failed: error, error with a short stack
function settlements.f(job, run, message, short)
  setRare(job, 'error', message)
  noteFailure(job, run, short)
  endRun(job, run)
  finish(job, 'f')
end

-- cancelled: reason
function settlements.x(job, run, reason)
  makeRare(job)
  endRun(job, run)
  finishCancelled(job, reason)
end

-- retry: in, whether the attempt counts, error, error with a short stack
function settlements.t(job, run, delay, counts, message, short)
  setRare(job, 'error', message)
  noteFailure(job, run, short)
  if counts == '0' then run.attempt = run.attempt - 1 end
  endRun(job, run)
  local reason = rareOf(job, 'cancelReason')
  if reason then return cancelInstead(job, run, reason) end
  freeSlot(job)
  if tonumber(delay) > 0 then defer(job, 'retrying', now + tonumber(delay)) else admit(job, now) end
end

-- Back to the place that it was taken from; it keeps its key's slot.
local function putBack(job, run)
  local queue, id = job.queue, job.id
  if rareOf(job, 'external') == '1' then
    call('ZADD', queue.external, run.place, id)
    call('ZADD', queue.forward, NOW, id)
  else
    call('ZADD', queue.ready, run.place, id)
  end
  noteOldPlace(job, run.place)
  call('HSET', queue.since, id, NOW)
  ring(queue)
end

-- released: in or nothing, whether the attempt counts, checkpoint or nothing, awaited signal or nothing
function settlements.r(job, run, delay, counts, checkpoint, awaits)
  local queue, id = job.queue, job.id
  if checkpoint ~= '' then setRare(job, 'checkpoint', checkpoint) end
  if awaits ~= '' then makeRare(job) end
  if counts == '0' then run.attempt = run.attempt - 1 end
  endRun(job, run)
  local reason = rareOf(job, 'cancelReason')
  if reason then return cancelInstead(job, run, reason) end
  if delay == '' and awaits == '' then return putBack(job, run) end
  freeSlot(job)
  local wait = tonumber(delay)
  if wait ~= nil and wait <= 0 then return admit(job, now) end
  if awaits == '' then return defer(job, 'scheduled', now + wait) end
  local name = string.sub(awaits, 2)
  if rareOf(job, 'unused:' .. name) then
    dropRare(job, 'unused:' .. name)
    return admit(job, now)
  end
  setRare(job, 'awaits', name)
  call('ZADD', queue.waiting, digits(createdAtOf(job.envelope)), id)
  if wait ~= nil then
    call('ZADD', queue.moments, digits(now + wait), 'w' .. id)
    if expect(queue, now + wait) then ring(queue) end
  end
end

-- @param progress nothing, or what to write with it
-- @return the verdict
local function settleOne(queue, id, token, kind, progress, a, b, c, d)
  local verdict, job, run = hold(queue, id, token)
  if verdict ~= 'a' then return verdict end
  if progress ~= '' then setRare(job, 'progress', progress) end
  endLease(job)
  settlements[kind](job, run, a, b, c, d)
  if settingsOf(queue).concurrency and call('EXISTS', queue.ready, queue.external) > 0 then ring(queue) end
  return 'a'
end

-- What is overdue on a queue: due jobs, lost leases and moments of key limiters, in the order of their moments.

-- Notes that a run failed or lost its lease: attempt, moment, worker and error, the latest ten of them.
local function noteFailure(job, run, message)
  makeRare(job)
  local count = call('HINCRBY', rareKey(job.queue, job.id), 'failures', 1)
  call('HSET', rareKey(job.queue, job.id), 'failure' .. (count % 10),
    digits(run.attempt) .. ',' .. NOW .. ',' .. #message .. ',' .. message .. run.worker)
end

-- Makes the latest run of a job that does not run any more what is known of its past.
local function endRun(job, run)
  call('HSET', job.queue.runs, job.id, writeToken(job.isRare, run))
end

local function failStalled(job, run)
  -- The client writes the message; here is what it has to say.
  setRare(job, 'error', 'S' .. digits(run.stalls) .. ',' .. NOW)
  endRun(job, run)
  finish(job, 'f')
  noteEnding(job, writeToken(true, run), 'S' .. digits(run.stalls) .. ',' .. NOW)
end

local LONGEST_BACKOFF = 60000

-- Takes a running job from a worker that has not been heard of for the length of its lease.
local function loseLease(queue, id)
  call('ZREM', queue.leases, id)
  local token = call('HGET', queue.active, id)
  call('HDEL', queue.active, id)
  local job = load(queue, id)
  if not token or not job then return 0 end
  local run = readToken(token)
  run.fence = digits(call('HINCRBY', queue.meta, 'fence', 1))
  run.stalls = run.stalls + 1
  noteFailure(job, run, 'L' .. NOW)
  local maxRetries, maxStalled = boundsOf(job.envelope)
  local isLast = run.attempt >= 1 + maxRetries
  local reason = rareOf(job, 'cancelReason')
  if reason then
    endRun(job, run)
    finishCancelled(job, reason)
    noteEnding(job, writeToken(true, run))
  elseif maxStalled > 0 and run.stalls >= maxStalled then
    failStalled(job, run)
  elseif run.stalls == 1 and (not isLast or maxStalled > 0) then
    endRun(job, run)
    local rare = call('HMGET', rareKey(queue, id), 'key', 'share', 'external')
    -- It keeps its key's slot.
    enterLine(job, rare[1] or nil, tonumber(rare[2] or SHARE), rare[3] == '1', now)
  elseif not isLast then
    endRun(job, run)
    freeSlot(job)
    defer(job, 'retrying', now + math.min(LONGEST_BACKOFF, 1000 * 2 ^ (run.stalls - 1)))
  else
    failStalled(job, run)
  end
  return 1
end

local function promote(queue, word, id, dueAt)
  call('ZREM', queue[word], id)
  local job = load(queue, id)
  if job then admit(job, dueAt) end
end

local function reachMoment(queue, member)
  call('ZREM', queue.moments, member)
  local kind, rest = string.sub(member, 1, 1), string.sub(member, 2)
  if kind == 'k' then return letIn(queue, rest) end
  local job = load(queue, rest)
  if job == nil or call('ZREM', queue.waiting, rest) == 0 then return end
  dropRare(job, 'awaits')
  admit(job, now)
end

-- Promotes many scheduled jobs at once, as long as nothing else is due and they are plain: the common case.
local PROMOTED_AT_ONCE = 1000

local function promotePlain(queue, before)
  local due = call('ZRANGE', queue.scheduled, '-inf', '(' .. before, 'BYSCORE', 'LIMIT', 0, PROMOTED_AT_ONCE, 'WITHSCORES')
  if #due < 4 or settingsOf(queue).flows then return 0 end
  local ids = {}
  for place = 1, #due, 2 do ids[#ids + 1] = due[place] end
  local envelopes = call('HMGET', queue.jobs, unpack(ids))
  local counts, byPriority = {}, {}
  local moved, since = {}, {}
  for place = 1, #ids do
    local envelope = envelopes[place]
    if not envelope or isRareText(envelope) then break end
    local priority = priorityOf(envelope)
    counts[priority] = (counts[priority] or 0) + 1
    byPriority[place] = priority
    moved[place] = ids[place]
    since[#since + 1] = ids[place]
    since[#since + 1] = due[place * 2]
  end
  if #moved == 0 then return 0 end
  local nextOf, entries = {}, {}
  for priority, count in pairs(counts) do nextOf[priority] = takePlaces(queue, priority, nil, SHARE, count) end
  for place = 1, #moved do
    local priority = byPriority[place]
    entries[#entries + 1] = digits(nextOf[priority])
    entries[#entries + 1] = moved[place]
    nextOf[priority] = nextOf[priority] + SHARE
  end
  call('ZADD', queue.ready, unpack(entries))
  call('HSET', queue.since, unpack(since))
  call('ZREM', queue.scheduled, unpack(moved))
  ring(queue)
  return #moved
end

local DONE_AT_ONCE = 1000
local CLOCKED = { 'leases', 'scheduled', 'retrying', 'moments' }

-- @return how many leases were lost
local function doOverdue(queue)
  local known = settingsOf(queue)
  if known.quiet == nil or known.quiet > now then return 0 end
  local lost, done = 0, 0
  local earliest
  while true do
    local word, id, second
    earliest = nil
    for _, candidate in ipairs(CLOCKED) do
      local head = call('ZRANGE', queue[candidate], 0, 0, 'WITHSCORES')
      local moment = tonumber(head[2])
      if moment and (earliest == nil or moment < earliest) then
        second = earliest
        earliest, word, id = moment, candidate, head[1]
      elseif moment and (second == nil or moment < second) then
        second = moment
      end
    end
    if earliest == nil or earliest > now or done >= DONE_AT_ONCE then break end
    local many = word == 'scheduled' and promotePlain(queue, digits(math.min(second or now + 1, now + 1))) or 0
    if many > 0 then
      done = done + many
    else
      done = done + 1
      if word == 'leases' then lost = lost + loseLease(queue, id)
      elseif word == 'moments' then reachMoment(queue, id)
      else promote(queue, word, id, earliest) end
    end
  end
  known.quiet = earliest
  if earliest then call('HSET', queue.meta, 'quiet', digits(earliest)) else call('HDEL', queue.meta, 'quiet') end
  return lost
end

-- Milliseconds until a queue could have something new by itself; nil: never.
local function nextIn(queue)
  local quiet = settingsOf(queue).quiet
  return quiet and math.max(0, quiet - now)
end

local TOLD_AT_ONCE = 100

-- What has ended inside the store on the queues of this call since somebody was told last.
local function tellEndings()
  local told = {}
  for name, queue in pairs(opened) do
    local known = settings[name]
    if known and known.ended then
      local packed = call('LPOP', queue.endings, TOLD_AT_ONCE)
      if not packed or #packed < TOLD_AT_ONCE then call('HDEL', queue.meta, 'ended') end
      for _, one in ipairs(packed or {}) do
        local ending = cmsgpack.unpack(one)
        told[#told + 1] = { name, unpack(ending) }
      end
    end
  end
  return told
end

-- One job: its record and the numbers of its latest run.

local function isRareText(text)
  return string.byte(text, 1) == 120
end

local function priorityOf(envelope)
  return (string.byte(envelope, 8) or 65) - 65
end

local function createdAtOf(envelope)
  return #envelope < 7 and 0 or struct.unpack('>I6', string.sub(envelope, 2, 7))
end

-- What the task says of retries and stalls: the first two numbers of the JSON in an envelope; `null` is no bound.
local function boundsOf(envelope)
  local retries, stalled = string.match(envelope, '^%[([^,]*),([^,]*)', 9)
  return tonumber(retries) or math.huge, tonumber(stalled) or math.huge
end

local function readToken(token)
  local attempt, stalls, fence, startedAt, place, worker = string.match(token, '^.(%d+),(%d+),(%d+),(%d+),([^,]*),([^%z]*)')
  return {
    attempt = tonumber(attempt), stalls = tonumber(stalls), fence = fence, startedAt = startedAt, place = place, worker = worker,
  }
end

local function writeToken(isRare, run)
  return (isRare and 'x' or '.') .. digits(run.attempt) .. ',' .. digits(run.stalls) .. ',' .. run.fence .. ',' .. run.startedAt
    .. ',' .. run.place .. ',' .. run.worker
end

local function load(queue, id)
  local envelope = call('HGET', queue.jobs, id)
  if not envelope then return nil end
  return { queue = queue, id = id, envelope = envelope, isRare = isRareText(envelope), priority = priorityOf(envelope) }
end

local function rareKey(queue, id)
  return queue.P .. 'rare:' .. id
end

local function rareOf(job, field)
  if not job.isRare then return false end
  return call('HGET', rareKey(job.queue, job.id), field)
end

-- Marks a job as one that has more than a plain one, where whoever handles it looks first: its record, and its token.
local function makeRare(job)
  if job.isRare then return end
  local queue, id = job.queue, job.id
  job.isRare = true
  job.envelope = 'x' .. string.sub(job.envelope, 2)
  call('HSET', queue.jobs, id, job.envelope)
  for _, key in ipairs({ queue.active, queue.runs }) do
    local token = call('HGET', key, id)
    if token then call('HSET', key, id, 'x' .. string.sub(token, 2)) end
  end
end

local function setRare(job, ...)
  makeRare(job)
  call('HSET', rareKey(job.queue, job.id), ...)
end

local function dropRare(job, ...)
  if job.isRare then call('HDEL', rareKey(job.queue, job.id), ...) end
end

-- Where a job that is not running lies: `p` ready, parked or external, `s` scheduled, `w` waiting, `t` retrying, `c` completed,
-- `f` failed, `x` cancelled; `r` when it runs.
local CONTAINERS = {
  { 'active', 'r' }, { 'ready', 'p' }, { 'scheduled', 's' }, { 'retrying', 't' }, { 'waiting', 'w' },
  { 'parked', 'p' }, { 'external', 'p' }, { 'completed', 'c' }, { 'failed', 'f' }, { 'cancelled', 'x' },
  { 'completed:held', 'c' }, { 'failed:held', 'f' }, { 'cancelled:held', 'x' },
}

-- @return the letter, the score that it has there, and the word of the container
local function stateOf(queue, id)
  if call('HEXISTS', queue.active, id) == 1 then return 'r', nil, 'active' end
  for place = 2, #CONTAINERS do
    local container = CONTAINERS[place]
    local score = call('ZSCORE', queue[container[1]], id)
    if score then return container[2], score, container[1] end
  end
  return nil
end

local SHELVES = { c = 'completed', f = 'failed', x = 'cancelled' }

local function isFinished(state)
  return SHELVES[state] ~= nil
end

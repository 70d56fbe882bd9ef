-- What is told of a job.

-- What a dependent is told of a job that it depends on: queue, id, state, and while there is a record its envelope, result and error.
local function outcomeOf(job, name, id, noted)
  local queue = open(name)
  local state = stateOf(queue, id) or tombstoneOf(queue, id) or (noted ~= '' and noted) or rareOf(job, 'gone:' .. name .. '\1' .. id) or 'x'
  local parent = load(queue, id)
  return { name, id, state, parent and parent.envelope or '', call('HGET', queue.results, id) or '', parent and rareOf(parent, 'error') or '' }
end

local function outcomesOf(job)
  local outcomes = {}
  for line in string.gmatch(rareOf(job, 'parents') or '', '[^\n]+') do
    outcomes[#outcomes + 1] = outcomeOf(job, string.match(line, '^([^\1]*)\1([^\1]*)\1?(.*)$'))
  end
  return outcomes
end

-- What a claim hands over of a job that has more than a plain one: its rare part, and its parents.
local function extrasOf(job)
  return { call('HGETALL', rareKey(job.queue, job.id)), outcomesOf(job) }
end

local function reasonOf(queue, id, word, job)
  if word == 'parked' then
    local key = rareOf(job, 'key')
    local limits = limitsOf(queue, key)
    return limits and hasSlot(queue, key, limits) and 'key-rate' or 'key-concurrency'
  end
  return settingsOf(queue).paused and 'paused' or ''
end

-- A whole record: state, where it stands there, reason, envelope, token, result, rare part; nothing when there is no such job.
local function recordOf(queue, id)
  local job = load(queue, id)
  if job == nil then return '' end
  local state, score, word = stateOf(queue, id)
  if state == nil then return '' end
  local token = call('HGET', state == 'r' and queue.active or queue.runs, id) or ''
  return {
    state, score or '', state == 'p' and reasonOf(queue, id, word, job) or '', job.envelope, token,
    call('HGET', queue.results, id) or '', job.isRare and call('HGETALL', rareKey(queue, id)) or '', id,
  }
end

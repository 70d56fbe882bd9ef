-- On a cluster: how a job enters that depends on jobs of other queues, and how a settlement brings one for another queue.

-- A parent of another queue is unfinished until it has been asked.
local linkHere = linkParents
linkParents = function(words)
  local lines, unmet, hasFailed = {}, {}, false
  for address in string.gmatch(words.parents, '[^\n]+') do
    if isRemote(address) then
      lines[#lines + 1] = address .. '\1'
      unmet[#unmet + 1] = address
    else
      local near, open_, isBad = linkHere({ parents = address })
      if near == nil then return nil, open_ end
      lines[#lines + 1] = near[1]
      unmet[#unmet + 1] = open_[1]
      hasFailed = hasFailed or isBad
    end
  end
  return lines, unmet, hasFailed
end

-- Leaves the intent to register with each parent of another queue.
local attachHere = attach
attach = function(job)
  attachHere(job)
  for _, address in ipairs(everyParentOf(job)) do
    if isRemote(address) and call('HSETNX', standingsKey(job.id), address, cmsgpack.pack({ '0', 'i' })) == 1 then
      call('ZADD', HOME.intents, NOW, job.id)
      outgoing = true
    end
  end
end

-- Addresses of those among its parents that have not arrived where they were sent.
local function parentsUnderWay(words)
  local underWay = {}
  for address in string.gmatch(words.parents or '', '[^\n]+') do
    if call('HEXISTS', HOME.posted, address) == 1 then underWay[#underWay + 1] = address end
  end
  return underWay
end

-- Puts a job into the outbox; of two with one id the first stays.
local function post(given, after)
  local words = {}
  for word, value in pairs(given.words) do words[word] = value end
  if words.delay then words.delay, words.dueAt = nil, digits(now + tonumber(words.delay)) end
  -- Whatever is delivered is looked for before it is added.
  words['repeat'] = '1'
  local packed = cmsgpack.pack({ given.id, given.body, words, after })
  if call('HSETNX', HOME.posted, addressOf(given.queue, given.id), packed) == 1 then dispatch(given.queue.name, 's' .. given.id) end
  return 'c'
end

-- Besides: `i` created, `j` existing, `k` replaced, where the job has yet to be registered with its parents and may be refused then.
local UNSETTLED = { c = 'i', e = 'j', p = 'k' }

local addHere = addJob
addJob = function(given, isCapped)
  if not isCapped then
    local after = parentsUnderWay(given.words)
    if given.queue ~= HOME or #after > 0 then return post(given, after) end
  end
  local verdict = addHere(given, isCapped)
  local kind, id = string.sub(verdict, 1, 1), string.sub(verdict, 2)
  if kind == 'c' then
    if call('EXISTS', HOME.refused) == 1 then call('HDEL', HOME.refused, given.id) end
    if not given.words.parents then return verdict end
    id = given.id
  end
  if UNSETTLED[kind] and call('ZSCORE', HOME.intents, id) then return UNSETTLED[kind] .. id end
  return verdict
end

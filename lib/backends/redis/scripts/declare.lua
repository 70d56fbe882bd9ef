-- Takes note of the limits of queues: the latest word holds for all processes. New limits of keys apply to who is in already,
-- so nobody is thrown out.
--
-- KEYS    one key of each queue
-- ARGV    1 prefix, then for each: queue, number of words, words in pairs: concurrency, rate, maxSize, keyConcurrency,
--         keyRate, keyOverrides, completedTtl, completedMax, failedTtl, failedMax
-- Result  nothing
--- @include "includes/base"
--- @include "includes/moves"

local WORDS = {
  'concurrency', 'rate', 'maxSize', 'keyConcurrency', 'keyRate', 'keyOverrides', 'completedTtl', 'completedMax', 'failedTtl', 'failedMax',
}
local KEY_WORDS = { keyConcurrency = true, keyRate = true, keyOverrides = true }
-- To look at every job of a long line would hold up the server: beyond it, those that are in already are not counted.
local ADOPTED_AT_MOST = 10000

-- Makes who is ready or runs a holder of its key's slots whatever the limits say, and lets in anew who is parked.
local function limitKeys(queue)
  local ids = call('HKEYS', queue.active)
  if call('ZCARD', queue.ready) <= ADOPTED_AT_MOST then
    for _, word in ipairs({ 'ready', 'external' }) do
      for _, id in ipairs(call('ZRANGE', queue[word], 0, -1)) do ids[#ids + 1] = id end
    end
  end
  for _, id in ipairs(ids) do
    local job = load(queue, id)
    local key = job and rareOf(job, 'key')
    if key and limitsOf(queue, key) then call('SADD', slotsKey(queue, key), id) end
  end
  local parked = {}
  for _, id in ipairs(call('ZRANGE', queue.parked, 0, -1)) do
    local job = load(queue, id)
    if job then
      call('DEL', parkedKey(queue, rareOf(job, 'key')))
      parked[#parked + 1] = job
    end
  end
  call('DEL', queue.parked)
  for _, job in ipairs(parked) do admit(job, now) end
end

local at = 2
while ARGV[at] do
  local queue = open(ARGV[at])
  local given = {}
  for place = at + 2, at + 1 + tonumber(ARGV[at + 1]), 2 do given[ARGV[place]] = ARGV[place + 1] end
  at = at + 2 + tonumber(ARGV[at + 1])
  local known = settingsOf(queue)
  local isChanged, isKeyed = not known.declared, false
  for _, word in ipairs(WORDS) do
    if given[word] ~= known[word] then
      isChanged = true
      if KEY_WORDS[word] then isKeyed = true end
      if given[word] then call('HSET', queue.meta, word, given[word]) else call('HDEL', queue.meta, word) end
      known[word] = given[word]
    end
  end
  call('HSET', queue.meta, 'declared', 1)
  if isKeyed then limitKeys(queue) end
  if isChanged then ring(queue) end
end

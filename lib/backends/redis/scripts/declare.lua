-- Takes note of the limits of queues: the latest word holds for all processes. New limits of keys apply to who is in already,
-- so nobody is thrown out.
--
-- KEYS    one key of each queue
-- ARGV    1 prefix, then for each: queue, and what it is declared with in one text, `|` between them: concurrency, rate, maxSize,
--         completedTtl, completedMax, failedTtl, failedMax, keyConcurrency, keyRate, keyOverrides; an empty text is as it was, and without
--         limits where it was nothing
-- Result  nothing
--- @include "includes/base"
--- @include "includes/moves"

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

local function limitsOfKeys(known)
  return table.concat({ known.keyConcurrency or '', known.keyRate or '', known.keyOverrides or '' }, '|')
end

for at = 2, #ARGV, 2 do
  local queue, declared = open(ARGV[at]), ARGV[at + 1]
  local known = settingsOf(queue)
  if declared == '' then declared = known.declared or '|||||||||' end
  if known.declared ~= declared then
    local before = limitsOfKeys(known)
    readLimits(known, declared)
    call('HSET', queue.meta, 'declared', declared)
    noteSimplicity(queue)
    if limitsOfKeys(known) ~= before then limitKeys(queue) end
    ring(queue)
  end
end

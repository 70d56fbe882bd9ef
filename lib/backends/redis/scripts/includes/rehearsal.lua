-- Goes through a batch as adding it would, and changes nothing.

local function isTaken(given)
  local queue, words = given.queue, given.words
  if not words.unique then return false end
  if words.uniqueMode == 'throttle' then return throttledId(queue, words.unique) ~= nil end
  local holder = call('HGET', queue.unique, words.unique)
  if not holder or call('HEXISTS', queue.jobs, holder) == 0 then return false end
  return words.uniqueMode == 'keep-first' or call('HEXISTS', queue.active, holder) == 0
end

-- @return for each job nothing, or what it would be refused with; nil when none would
local function rehearse(jobs)
  local within, taken, added, refusals, isRefused = {}, {}, {}, {}, false
  for _, given in ipairs(jobs) do within[addressOf(given.queue, given.id)] = true end
  for place, given in ipairs(jobs) do
    local queue, words = given.queue, given.words
    local names = { 'i' .. addressOf(queue, given.id) }
    if words.idempotencyKey then names[#names + 1] = 'k' .. addressOf(queue, words.idempotencyKey) end
    if words.unique then names[#names + 1] = 'u' .. addressOf(queue, words.unique) end
    local isNew = not existingId(given) and not isTaken(given)
    for _, name in ipairs(names) do if taken[name] then isNew = false end end
    refusals[place] = ''
    if isNew then
      for _, name in ipairs(names) do taken[name] = true end
      for address in string.gmatch(words.parents or '', '[^\n]+') do
        local parentQueue, id = atAddress(address)
        if refusals[place] == '' and not within[address] and not stateOf(parentQueue, id) and not tombstoneOf(parentQueue, id) then
          refusals[place] = 'u' .. id
        end
      end
      local maxSize = tonumber(settingsOf(queue).maxSize)
      local count = added[queue.name] or 0
      if refusals[place] == '' and maxSize and queuedOn(queue) + count >= maxSize then refusals[place] = 'q' end
      if refusals[place] == '' then added[queue.name] = count + 1 end
    end
    if refusals[place] ~= '' then isRefused = true end
  end
  return isRefused and refusals or nil
end

-- Forgets a job that is not running, without a tombstone. @return whether it was there and is gone now
local function removeJob(queue, id)
  local job = load(queue, id)
  local state, _, word = stateOf(queue, id)
  if job == nil or state == nil or state == 'r' then return false end
  if isFinished(state) then call('ZREM', queue[word], id) else withdraw(job, word) end
  freeKeys(job)
  local kin = kinOf(job)
  local children = job.isRare and call('ZRANGE', childrenKey(queue, id), 0, -1) or {}
  -- Whoever has still to run is told how it ended.
  if isFinished(state) then
    for _, address in ipairs(children) do
      local childQueue, child = atAddress(address)
      call('HSET', rareKey(childQueue, child), 'gone:' .. addressOf(queue, id), state)
    end
  end
  forget(job)
  if not isFinished(state) and #children > 0 then
    resolveDependents({ queue = queue, id = id, isRare = false, children = children }, false)
  end
  releaseHeld(kin)
  return true
end

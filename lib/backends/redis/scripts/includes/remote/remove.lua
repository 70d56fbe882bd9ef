-- On a cluster: dependents on other queues hear that a job was removed. An unfinished one counts as failed.
local removeHere = removeJob
removeJob = function(queue, id)
  local dependents, state = dependentsOf(id), stateOf(queue, id)
  local isGone = removeHere(queue, id)
  if isGone then tellDependents(id, dependents, string.upper(isFinished(state) and state or 'x')) end
  return isGone
end

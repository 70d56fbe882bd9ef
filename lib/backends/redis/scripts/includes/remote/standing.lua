-- How a job of this queue stands, as those are told that depend on it elsewhere.
-- @return its letter, and while there is a record of a finished one, its envelope, result and error; nil when nobody knows it
local function standOf(id)
  local job, state = load(HOME, id), stateOf(HOME, id)
  if job and state then
    if not isFinished(state) then return 'u' end
    if state == 'x' and rareOf(job, 'broken') then state = 'b' end
    return state, job.envelope, call('HGET', HOME.results, id) or '', rareOf(job, 'error') or ''
  end
  local noted = tombstoneOf(HOME, id)
  return noted and string.upper(noted)
end

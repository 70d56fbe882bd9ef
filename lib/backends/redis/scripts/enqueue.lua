-- Adds jobs of whatever kind, in order, on one or several queues.
--
-- KEYS    one key of each queue that is named
-- ARGV    1 prefix, 2 `1` for all or nothing, 3 number of jobs, then the jobs as includes/intake.lua has them
-- Result  a verdict for each, see there; with all or nothing, when one is refused: `b` for those that are refused with it.
--         Or `undeclared`, and nothing was done
--- @include "includes/base"
--- @include "includes/moves"
--- @include "includes/intake"
--- @include "includes/rehearsal"

for place = 1, #KEYS do
  local queue = open(string.match(KEYS[place], '{(.*)}:meta$'))
  if not settingsOf(queue).declared then return 'undeclared' end
  doOverdue(queue)
end
local jobs, at = {}, 4
for place = 1, tonumber(ARGV[3]) do jobs[place], at = readJob(at) end

local refusals = ARGV[2] == '1' and rehearse(jobs)
local verdicts = {}
for place, given in ipairs(jobs) do
  if refusals then
    verdicts[place] = refusals[place] ~= '' and refusals[place] or 'b'
  else
    verdicts[place] = addJob(given, true)
  end
end
return verdicts

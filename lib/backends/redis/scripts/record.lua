-- Writes what running jobs say of themselves; only the holder of each can.
--
-- KEYS    one key of each queue that is named
-- ARGV    1 prefix, then for each note: queue, id, token, progress or nothing, checkpoint or nothing
-- Result  a verdict for each, in one text: `a` applied, `l` already settled, `s` stale, `u` unknown
--- @include "includes/base"
--- @include "includes/moves"
--- @include "includes/settle"

local answers = {}
for at = 2, #ARGV, 5 do
  local queue = open(ARGV[at])
  doOverdue(queue)
  local verdict, job = hold(queue, ARGV[at + 1], ARGV[at + 2])
  if verdict == 'a' then
    if ARGV[at + 3] ~= '' then setRare(job, 'progress', ARGV[at + 3]) end
    if ARGV[at + 4] ~= '' then setRare(job, 'checkpoint', ARGV[at + 4]) end
  end
  answers[#answers + 1] = verdict
end
return table.concat(answers)

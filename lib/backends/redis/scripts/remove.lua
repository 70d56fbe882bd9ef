-- Forgets jobs that are not running. Dependents take it as a failure of an unfinished one.
--
-- KEYS    one key of each queue that is named
-- ARGV    1 prefix, then queue and id of each
-- Result  a letter for each, in one text: `r` removed, `n` not there, or running
--- @include "includes/base"
--- @include "includes/moves"
--- @include "includes/remove"

local answers = {}
for at = 2, #ARGV, 2 do
  local queue = open(ARGV[at])
  doOverdue(queue)
  answers[#answers + 1] = removeJob(queue, ARGV[at + 1]) and 'r' or 'n'
end
return table.concat(answers)

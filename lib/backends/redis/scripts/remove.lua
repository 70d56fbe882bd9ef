-- Forgets jobs that are not running. Dependents take it as a failure of an unfinished one.
--
-- KEYS    one key of each queue that is named
-- ARGV    1 prefix, then queue and id of each
-- Result  how many
--- @include "includes/base"
--- @include "includes/moves"
--- @include "includes/remove"

local count = 0
for at = 2, #ARGV, 2 do
  local queue = open(ARGV[at])
  doOverdue(queue)
  if removeJob(queue, ARGV[at + 1]) then count = count + 1 end
end
return count

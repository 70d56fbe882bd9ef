-- Everything that is known of jobs.
--
-- KEYS    one key of each queue that is named
-- ARGV    1 prefix, then queue and id of each
-- Result  a record for each, as includes/view.lua has it
--- @include "includes/base"
--- @include "includes/moves"
--- @include "includes/view"

local records = {}
for at = 2, #ARGV, 2 do
  local queue = open(ARGV[at])
  doOverdue(queue)
  records[#records + 1] = recordOf(queue, ARGV[at + 1])
end
return records

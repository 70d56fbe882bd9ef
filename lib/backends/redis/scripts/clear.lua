-- Removes jobs of one queue that lie in some containers, up to a number: who calls goes on until there are none.
--
-- KEYS    1 a key of the queue
-- ARGV    1 prefix, 2 queue, 3 most jobs, then the words of the containers
-- Result  how many
--- @include "includes/base"
--- @include "includes/moves"
--- @include "includes/remove"

local queue, most = open(ARGV[2]), tonumber(ARGV[3])
doOverdue(queue)
local count = 0
for at = 4, #ARGV do
  if count < most then
    for _, id in ipairs(call('ZRANGE', queue[ARGV[at]], 0, most - count - 1)) do
      -- What has lost its record, by whatever hand, goes too.
      if not removeJob(queue, id) then call('ZREM', queue[ARGV[at]], id) end
      count = count + 1
    end
  end
end
return count

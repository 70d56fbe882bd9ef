-- Lengthens leases from now.
--
-- KEYS    one key of each queue that is named
-- ARGV    1 prefix, 2 lease in ms, then for each run: queue, id, token
-- Result  a letter for each, in one text: `h` held, `x` held and a cancel was requested, `l` lost
--- @include "includes/base"
--- @include "includes/moves"

local answers = {}
local expiry = now + tonumber(ARGV[2])
for at = 3, #ARGV, 3 do
  local queue, id, token = open(ARGV[at]), ARGV[at + 1], ARGV[at + 2]
  doOverdue(queue)
  local current = call('HGET', queue.active, id)
  if current and string.sub(current, 2) == string.sub(token, 2) then
    call('ZADD', queue.leases, digits(expiry), id)
    expect(queue, expiry)
    local isRare = string.byte(current, 1) == 120
    answers[#answers + 1] = isRare and call('HEXISTS', rareKey(queue, id), 'cancelReason') == 1 and 'x' or 'h'
  else
    answers[#answers + 1] = 'l'
  end
end
return table.concat(answers)

-- Cancels jobs that wait; asks for it where one runs. The first reason stays.
--
-- KEYS    one key of each queue that is named
-- ARGV    1 prefix, 2 reason, then queue and id of each
-- Result  a letter for each, in one text: `x` cancelled, now or since before, `r` requested, `f` finished otherwise, `u` unknown
--- @include "includes/base"
--- @include "includes/moves"

local answers = {}
for at = 3, #ARGV, 2 do
  local queue, id = open(ARGV[at]), ARGV[at + 1]
  doOverdue(queue)
  local job = load(queue, id)
  local state, _, word = stateOf(queue, id)
  local answer
  if job == nil or state == nil then
    answer = 'u'
  elseif state == 'x' then
    answer = 'x'
  elseif isFinished(state) then
    answer = 'f'
  elseif state == 'r' then
    if not rareOf(job, 'cancelReason') then setRare(job, 'cancelReason', ARGV[2]) end
    answer = 'r'
  else
    withdraw(job, word)
    finishCancelled(job, ARGV[2])
    answer = 'x'
  end
  answers[#answers + 1] = answer
end
return table.concat(answers)

-- Puts dead letters back, as if they had never run, but for their fence; dependents that were cancelled because of one wait
-- again.
--
-- KEYS    one key of each queue that is named
-- ARGV    1 prefix, 2 delay in ms, 3 payload as an envelope ends with it or '', then queue and id of each
-- Result  a letter for each, in one text: `r` retried, `n` not dead, `u` unknown
--- @include "includes/base"
--- @include "includes/moves"
--- @include "includes/intake"

local delay = tonumber(ARGV[2])
local answers = {}
for at = 4, #ARGV, 2 do
  local queue, id = open(ARGV[at]), ARGV[at + 1]
  doOverdue(queue)
  local job = load(queue, id)
  local state, _, word = stateOf(queue, id)
  if job == nil or state == nil then
    answers[#answers + 1] = 'u'
  elseif state ~= 'f' then
    answers[#answers + 1] = 'n'
  else
    call('ZREM', queue[word], id)
    local token = call('HGET', queue.runs, id)
    if token then
      local run = readToken(token)
      run.attempt, run.stalls = 0, 0
      endRun(job, run)
    end
    makeRare(job)
    call('HINCRBY', rareKey(queue, id), 'replays', 1)
    if ARGV[3] ~= '' then
      job.envelope = string.match(job.envelope, '^(.-\n)', 9) and
        string.sub(job.envelope, 1, 8) .. string.match(job.envelope, '^(.-\n)', 9) .. ARGV[3]
      call('HSET', queue.jobs, id, job.envelope)
    end
    restoreUnique(job)
    attach(job)
    if delay > 0 then defer(job, 'scheduled', now + delay) else admit(job, now) end
    reopenDependents(job)
    answers[#answers + 1] = 'r'
  end
end
return table.concat(answers)

-- What became of jobs that had to be registered with parents on other queues.
--
-- KEYS    1 `meta` of the queue
-- ARGV    1 prefix, then ids
-- Result  for each: `i` not registered yet, `u` and the id of a parent that nobody knows when it was refused, nothing when it was taken
--- @include "../includes/base"
--- @include "../includes/moves"

local answers = {}
for at = 2, #ARGV do
  local parent = call('HGET', HOME.refused, ARGV[at])
  answers[#answers + 1] = call('ZSCORE', HOME.intents, ARGV[at]) and 'i' or parent and 'u' .. parent or ''
end
return answers

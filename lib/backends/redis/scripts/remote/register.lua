-- Registers jobs of other queues with those of this one that they depend on.
--
-- KEYS    1 `meta` of the queue of the parents
-- ARGV    1 prefix, then id of the parent and address of the child for each
-- Result  a message for each, for `receive` at the queue of the child: how the parent stands, or that nobody knows it
--- @include "../includes/base"
--- @include "../includes/moves"
--- @include "../includes/remote/standing"

doOverdue(HOME)
local version = nextVersion()
local messages = {}
for at = 2, #ARGV, 2 do
  local id, address = ARGV[at], ARGV[at + 1]
  local letter, envelope, result, message = standOf(id)
  local job = letter and load(HOME, id)
  if job and letter ~= 'c' then
    makeRare(job)
    call('ZADD', dependentsKey(id), version, address)
  end
  local child = string.match(address, '\1(.*)$')
  messages[#messages + 1] = cmsgpack.pack({ 'd', child, addressOf(HOME, id), version, letter or '', envelope or '', result or '', message or '' })
end
return messages

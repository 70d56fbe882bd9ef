-- Takes out of a queue's outbox what another queue has received, unless there is something newer to say by now.
--
-- KEYS    1 `meta` of the queue whose outbox it is
-- ARGV    1 prefix, 2 the queue that was told, then member, version and the letter of `receive` for each
-- Result  nothing
--- @include "../includes/base"
--- @include "../includes/moves"
--- @include "../includes/remote/standing"

-- Whether a parent may have something more to say.
local MAY_CHANGE = { u = true, f = true, b = true }

local target = ARGV[2]
local stream = HOME['outbox:' .. target]
local told, kin = {}, {}
for at = 3, #ARGV, 3 do
  local member, version, letter = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2]
  if tonumber(call('ZSCORE', stream, member) or 0) == version then
    call('ZREM', stream, member)
    local rest = string.sub(member, 2)
    if string.byte(member, 1) == 115 then
      call('HDEL', HOME.posted, target .. '\1' .. rest)
    else
      local parent, child = string.match(rest, '^([^\1]*)\1(.*)$')
      local address = target .. '\1' .. child
      call('HDEL', HOME.departed, parent .. '\1' .. address)
      -- A child that has registered since is another one.
      local registered = call('ZSCORE', dependentsKey(parent), address)
      if registered and tonumber(registered) < version and (letter == 'n' or not MAY_CHANGE[standOf(parent)]) then
        call('ZREM', dependentsKey(parent), address)
      end
      if not told[parent] then kin[#kin + 1] = addressOf(HOME, parent) end
      told[parent] = true
    end
  end
end
if call('EXISTS', stream) == 0 then call('SREM', HOME.outbox, target) end
releaseHeld(kin)

-- Reads what a queue has to settle with others, and changes nothing of it.
--
-- KEYS    1 `meta` of the queue
-- ARGV    1 prefix, 2 most children with intents, and entries for each queue, 3 children to leave out, from the first on
-- Result  { intents: queue and id of a parent and address of its child for each; entries: queue to be told, member, version, message for each;
--         `1` when there is more, or will be once these are settled }
--
-- A message is for `receive`. How a parent stands is read now, so whoever comes later carries what is at least as new under the same version.
--- @include "../includes/base"
--- @include "../includes/moves"
--- @include "../includes/remote/standing"

local most, skip = tonumber(ARGV[2]), tonumber(ARGV[3])
-- Results travel within messages: beyond it the next call goes on.
local BYTES_AT_ONCE = 4000000

doOverdue(HOME)

local isMore = call('ZCARD', HOME.intents) > skip + most
local intents = {}
for _, id in ipairs(call('ZRANGE', HOME.intents, skip, skip + most - 1)) do
  local isOpen = false
  for address, standing in pairs(standingsOf(id)) do
    if standing.letter == 'i' then
      isOpen = true
      local name, parent = string.match(address, '^([^\1]*)\1(.*)$')
      intents[#intents + 1] = { name, parent, addressOf(HOME, id) }
    end
  end
  if not isOpen then call('ZREM', HOME.intents, id) end
end

local function isHeldUp(after)
  for _, address in ipairs(after) do
    if call('HEXISTS', HOME.posted, address) == 1 then return true end
  end
  return false
end

-- @return the message; nil while a job that it comes after has not arrived
local function jobMessage(target, id, version)
  local packed = call('HGET', HOME.posted, target .. '\1' .. id)
  if not packed then return '' end
  local posted = cmsgpack.unpack(packed)
  if isHeldUp(posted[4]) then return nil end
  return cmsgpack.pack({ 's', HOME.name, version, posted[1], posted[2], posted[3] })
end

local function standingMessage(target, edge, version)
  local parent, child = string.match(edge, '^([^\1]*)\1(.*)$')
  local departed = call('HGET', HOME.departed, parent .. '\1' .. target .. '\1' .. child)
  local letter, envelope, result, message
  if departed then letter = departed else letter, envelope, result, message = standOf(parent) end
  return cmsgpack.pack({ 'd', child, addressOf(HOME, parent), version, letter or 'X', envelope or '', result or '', message or '' })
end

local entries, bytes = {}, 0
for _, target in ipairs(call('SMEMBERS', HOME.outbox)) do
  local stream = call('ZRANGE', HOME['outbox:' .. target], 0, most - 1, 'WITHSCORES')
  if #stream == 0 then call('SREM', HOME.outbox, target) end
  for place = 1, #stream, 2 do
    local member, version = stream[place], digits(tonumber(stream[place + 1]))
    local read = string.byte(member, 1) == 115 and jobMessage or standingMessage
    local message = read(target, string.sub(member, 2), version)
    -- In order: what is received is known by the version of the latest.
    if not message or bytes >= BYTES_AT_ONCE then
      isMore = true
      break
    end
    bytes = bytes + #message
    entries[#entries + 1] = { target, member, version, message }
  end
  if #stream >= most * 2 then isMore = true end
end
return { intents, entries, isMore and '1' or '' }

-- Takes what other queues have to say: how parents stand, and jobs to enqueue. Whatever comes twice, or late, changes nothing.
--
-- KEYS    1 `meta` of the queue
-- ARGV    1 prefix, then messages of `pending` or `register`
-- Result  a letter for each, in one text: `k` known now, `n` there is no job that would want to know, `u` a job was refused, since nobody knows
--         what it depends on: it is in `refused` (HASH, id -> parent) for a minute
--- @include "../includes/base"
--- @include "../includes/moves"
--- @include "../includes/remove"
--- @include "../includes/intake"

local REFUSED_TTL = 60000

local function refuse(id, parent)
  call('HSET', HOME.refused, id, parent)
  call('PEXPIRE', HOME.refused, REFUSED_TTL)
  return 'u'
end

local function noteIntents(id)
  for _, standing in pairs(standingsOf(id)) do
    if standing.letter == 'i' then return end
  end
  call('ZREM', HOME.intents, id)
end

local function hearOf(child, address, letter)
  local queue, id = child.queue, child.id
  if call('ZSCORE', queue.waiting, id) then
    if not (IS_BAD[letter] or IS_MET[letter]) or call('SREM', unmetKey(queue, id), address) == 0 then return end
    if IS_BAD[letter] and rareOf(child, 'policy') == 'fail' then
      call('ZREM', queue.waiting, id)
      breakOff(child)
      resolveDependents(child, false)
      trim(queue)
    elseif call('SCARD', unmetKey(queue, id)) == 0 then
      call('ZREM', queue.waiting, id)
      proceed(child)
    end
  elseif rareOf(child, 'broken') then
    if reopen(child) then reopenDependents(child) else releaseHeld({ addressOf(queue, id) }) end
  end
end

local receive = {}

function receive.d(id, address, version, letter, envelope, result, message)
  local child = load(HOME, id)
  if not child then
    call('DEL', standingsKey(id))
    call('ZREM', HOME.intents, id)
    return 'n'
  end
  local packed = call('HGET', standingsKey(id), address)
  if not packed then return 'n' end
  local known = standingIn(packed)
  if letter == '' then
    if known.letter ~= 'i' then return 'k' end
    removeJob(HOME, id)
    return refuse(id, string.match(address, '\1(.*)$'))
  end
  if tonumber(version) <= tonumber(known.version) then return 'k' end
  if envelope == '' and letter ~= 'u' then
    envelope, result, message = known.envelope or '', known.result or '', known.error or ''
  end
  call('HSET', standingsKey(id), address, cmsgpack.pack({ version, letter, envelope, result, message }))
  noteIntents(id)
  hearOf(child, address, letter)
  return 'k'
end

-- Jobs of one queue come in order: the version of the latest that came tells those that came before.
function receive.s(source, version, id, body, words)
  if tonumber(version) <= tonumber(call('HGET', HOME.inbox, source) or 0) then return 'k' end
  local verdict = addJob({ queue = HOME, id = id, body = body, words = words }, false)
  call('HSET', HOME.inbox, source, version)
  return string.byte(verdict, 1) == 117 and refuse(id, string.sub(verdict, 2)) or 'k'
end

doOverdue(HOME)
local letters = {}
for at = 2, #ARGV do
  local message = cmsgpack.unpack(ARGV[at])
  letters[#letters + 1] = receive[message[1]](unpack(message, 2))
end
return table.concat(letters)

-- Lists jobs of one queue, each state in the order of the container that holds it.
--
-- KEYS    1 a key of the queue
-- ARGV    1 prefix, 2 queue, 3 letters of the states in their order, 4 `1` oldest first or `0`, 5 most records,
--         6 moment before which they have finished or '', 7 least age of their end in ms or '',
--         8 letter of the state, 9 score and 10 id of the place after which to go on, or ''
-- Result  { records, places: letter, score and id for each, `1` when there is more }
--- @include "includes/base"
--- @include "includes/moves"
--- @include "includes/view"

local LISTED = {
  p = { 'ready', 'parked', 'external' }, s = { 'scheduled' }, w = { 'waiting' }, r = { 'leases' }, t = { 'retrying' },
  c = { 'completed', 'completed:held' }, f = { 'failed', 'failed:held' }, x = { 'cancelled', 'cancelled:held' },
}

local queue, letters, isAscending, most = open(ARGV[2]), ARGV[3], ARGV[4] == '1', tonumber(ARGV[5])
doOverdue(queue)

local bound
if ARGV[6] ~= '' then bound = tonumber(ARGV[6]) end
if ARGV[7] ~= '' then
  local byAge = now - tonumber(ARGV[7]) + 1
  bound = bound and math.min(bound, byAge) or byAge
end

-- Bytes, as the server orders members of one score, whatever the locale.
local function comparesIds(one, other)
  local length = math.min(#one, #other)
  for place = 1, length do
    local a, b = string.byte(one, place), string.byte(other, place)
    if a ~= b then return a < b and -1 or 1 end
  end
  return #one - #other
end

local function compares(one, other)
  if one.score ~= other.score then return one.score < other.score and -1 or 1 end
  return comparesIds(one.id, other.id)
end

local function entryAt(key, rank)
  local entry = call('ZRANGE', key, rank, rank, 'WITHSCORES')
  return { id = entry[1], score = tonumber(entry[2]) }
end

-- Rank of the first entry that comes behind a place (or at it, with `orAt`): what was there may be gone.
local function rankBehind(key, place, orAt)
  local low, high = 0, call('ZCARD', key)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local order = compares(entryAt(key, middle), place)
    if order < 0 or (order == 0 and not orAt) then low = middle + 1 else high = middle end
  end
  return low
end

-- Up to `limit` entries of a container behind a place.
local function entriesOf(key, after, limit)
  local from, till
  if isAscending then
    from = after and rankBehind(key, after, false) or 0
    till = bound and rankBehind(key, { score = bound, id = '' }, true) - 1 or -1
    if bound and till < from then return {} end
    if till < 0 or till > from + limit - 1 then till = from + limit - 1 end
  else
    till = after and rankBehind(key, after, true) - 1 or call('ZCARD', key) - 1
    if bound then till = math.min(till, rankBehind(key, { score = bound, id = '' }, true) - 1) end
    if till < 0 then return {} end
    from = math.max(0, till - limit + 1)
  end
  local flat = call('ZRANGE', key, from, till, 'WITHSCORES')
  local entries = {}
  for place = 1, #flat, 2 do entries[#entries + 1] = { id = flat[place], score = tonumber(flat[place + 1]), text = flat[place + 1] } end
  return entries
end

-- Those that run lie by the end of their lease: they are put in the order in which they were started.
local function runningEntries(after, limit)
  local entries = {}
  local flat = call('HGETALL', queue.active)
  for place = 1, #flat, 2 do
    local startedAt = readToken(flat[place + 1]).startedAt
    local entry = { id = flat[place], score = tonumber(startedAt), text = startedAt }
    local isBehind = after == nil or (compares(entry, after) > 0) == isAscending and compares(entry, after) ~= 0
    if isBehind then entries[#entries + 1] = entry end
  end
  return entries
end

local found = {}
local hasBegun = ARGV[8] == ''
for place = 1, #letters do
  local letter = string.sub(letters, place, place)
  local after
  if letter == ARGV[8] then
    hasBegun = true
    after = { score = tonumber(ARGV[9]), id = ARGV[10] }
  end
  local limit = most + 1 - #found
  if hasBegun and limit > 0 and (bound == nil or isFinished(letter)) then
    local entries = {}
    if letter == 'r' then
      entries = runningEntries(after, limit)
    else
      for _, word in ipairs(LISTED[letter]) do
        for _, entry in ipairs(entriesOf(queue[word], after, limit)) do entries[#entries + 1] = entry end
      end
    end
    table.sort(entries, function(one, other)
      local order = compares(one, other)
      if isAscending then return order < 0 else return order > 0 end
    end)
    for n = 1, math.min(#entries, limit) do
      entries[n].letter = letter
      found[#found + 1] = entries[n]
    end
  end
end

local records, places = {}, {}
for n = 1, math.min(#found, most) do
  local entry = found[n]
  records[n] = recordOf(queue, entry.id)
  places[#places + 1] = entry.letter
  places[#places + 1] = entry.text
  places[#places + 1] = entry.id
end
return { records, places, #found > most and '1' or '0' }

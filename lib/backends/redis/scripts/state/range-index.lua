--- Lists an ordered index behind a place, whether or not the member of that place is still there.
---
--- KEYS[1]  the index: a sorted set
--- ARGV[1]  lowest score   ARGV[2]  highest score   ARGV[3]  how many   ARGV[4]  `1`: from the highest
--- ARGV[5]  score of the place   ARGV[6]  its member
--- Result   member, score, member, score, ...
--- Invariant: reads alone. Among members of one score the place is found by halving, so a page costs the same wherever it is.
local low, high, count, reverse = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'
local score, member = ARGV[5], ARGV[6]

--- Whether a comes before b, byte by byte as the set is ordered; `<` would go by the server's locale.
local function precedes(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

-- Ranks of the members of the same score: from, inclusive, to below, exclusive.
local from = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. score)
local below = redis.call('ZCOUNT', KEYS[1], '-inf', score)
-- The first of them that lies behind the place (or, from the highest, is the place or behind it).
while from < below do
  local middle = math.floor((from + below) / 2)
  local there = redis.call('ZRANGE', KEYS[1], middle, middle)[1]
  local isBefore
  if reverse then isBefore = precedes(there, member) else isBefore = not precedes(member, there) end
  if isBefore then from = middle + 1 else below = middle end
end

if reverse then
  local least = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. low)
  local last = math.min(from, redis.call('ZCOUNT', KEYS[1], '-inf', high)) - 1
  if last < least then return {} end
  local total = redis.call('ZCARD', KEYS[1])
  local start = total - 1 - last
  return redis.call('ZRANGE', KEYS[1], start, math.min(start + count - 1, total - 1 - least), 'REV', 'WITHSCORES')
end
local first = math.max(from, redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. low))
local last = redis.call('ZCOUNT', KEYS[1], '-inf', high) - 1
if last < first then return {} end
return redis.call('ZRANGE', KEYS[1], first, math.min(first + count - 1, last), 'WITHSCORES')

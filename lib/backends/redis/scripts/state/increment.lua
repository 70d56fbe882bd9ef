--- Adds to a whole number, which is a value like any other: its version, then `s` for text, then decimal digits.
---
--- KEYS[1]  the value
--- ARGV[1]  what to add: a whole number of at most 2^53 - 1 in size
--- ARGV[2]  the version of the new value, 16 characters
--- ARGV[3]  time to live of a value that is not there yet, in milliseconds; empty: none; 0: over already
--- Result   the new number as text; nothing when the value is no whole number, or the sum is not exact any more
--- Invariant: nobody's addition is lost, and later ones do not lengthen the life of the first.
local stored = redis.call('GET', KEYS[1])
local current = 0
if stored then
  local digits = string.match(string.sub(stored, 17), '^s(-?%d+)$')
  if not digits then return false end
  current = tonumber(digits)
end
local sum = current + tonumber(ARGV[1])
if sum > 9007199254740991 or sum < -9007199254740991 then return false end
local text = string.format('%.0f', sum)
if text == '-0' then text = '0' end
local value = ARGV[2] .. 's' .. text
if stored then
  redis.call('SET', KEYS[1], value, 'KEEPTTL')
elseif ARGV[3] == '' then
  redis.call('SET', KEYS[1], value)
elseif ARGV[3] ~= '0' then
  redis.call('SET', KEYS[1], value, 'PX', ARGV[3])
end
return text

--- Takes tokens from a bucket: the generic cell rate algorithm (ATM Forum, 1996), in its batch form.
---
--- KEYS[1]  the bucket: a hash of `ahead` (how far the theoretical arrival time lay ahead, in milliseconds) and `at` (when that
---          was, in the server's microseconds). It is gone when the bucket is full again, since a new one is the same.
--- ARGV[1]  tokens per window   ARGV[2]  the window in milliseconds   ARGV[3]  the burst   ARGV[4]  tokens that are wanted
--- Result   { granted, milliseconds until the next one (0 when all were granted) }
--- Invariant: in any window no more than limit + burst.
local limit, per, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local interval = per / limit
local kept = redis.call('HMGET', KEYS[1], 'ahead', 'at')
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local ahead = 0
if kept[1] then
  -- A clock that was set back takes no token away, and gives none.
  ahead = math.max(0, tonumber(kept[1]) - math.max(0, now - tonumber(kept[2])) / 1000)
end
-- A share of a token that rounding may have lost; far below what a limit could notice.
local free = math.floor((interval * burst - ahead) / interval + 1e-6)
local granted = math.max(0, math.min(wanted, free))
if granted > 0 then
  ahead = ahead + granted * interval
  redis.call('HSET', KEYS[1], 'ahead', string.format('%.17g', ahead), 'at', string.format('%.0f', now))
  -- One more: the server counts a key's life from a whole millisecond.
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(ahead) + 1))
end
local retry = 0
if granted < wanted then retry = math.max(0, math.ceil(ahead + interval * (1 - burst))) end
return { granted, retry }

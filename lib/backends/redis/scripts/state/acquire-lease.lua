--- Gives a name to an owner until a moment, unless somebody else has it.
---
--- KEYS[1]  the lease: a hash of `owner`, `fence` and `until` (server's milliseconds). It outlives the lease by a day, so
---          that the fence goes on where it was; after that the server's clock has moved past it.
--- ARGV[1]  owner
--- ARGV[2]  how long, in milliseconds
--- ARGV[3]  how long the hash outlives the lease, in milliseconds
--- Result   the fence as text; nothing while somebody else holds the name
--- Invariant: one holder at a time; every fence of a name is above all before it. A fence is the server's time in
---            microseconds, or one more than the last, whichever is higher.
local held = redis.call('HMGET', KEYS[1], 'owner', 'fence', 'until')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if held[3] and tonumber(held[3]) > now and held[1] ~= ARGV[1] then return false end
local fence = time[1] * 1000000 + time[2]
if held[2] and tonumber(held[2]) >= fence then fence = tonumber(held[2]) + 1 end
fence = string.format('%.0f', fence)
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'fence', fence, 'until', string.format('%.0f', now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', ARGV[2] + ARGV[3]))
return fence

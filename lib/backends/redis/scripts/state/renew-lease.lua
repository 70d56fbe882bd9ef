--- Lengthens a lease from now, or ends it, when its holder still has it.
---
--- KEYS[1]  the lease, as in acquire-lease.lua
--- ARGV[1]  the holder's fence
--- ARGV[2]  how long from now, in milliseconds; 0 frees the name
--- ARGV[3]  how long the hash outlives the lease, in milliseconds
--- Result   1 when it was the holder, else 0
--- Invariant: a lease that was lost once does not come back.
local held = redis.call('HMGET', KEYS[1], 'fence', 'until')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if held[1] ~= ARGV[1] or tonumber(held[2]) <= now then return 0 end
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', ARGV[2] + ARGV[3]))
return 1

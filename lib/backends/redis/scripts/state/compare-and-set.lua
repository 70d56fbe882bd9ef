--- Writes a value when it still has the version that the caller saw.
---
--- KEYS[1]  the value: 16 characters of version, then what is kept
--- ARGV[1]  the version that is expected; empty: that there is no value
--- ARGV[2]  the new value, with its new version
--- ARGV[3]  its time to live in milliseconds; empty: the one that the value has; 0: over already
--- Result   1 when it was written, else 0
--- Invariant: of many who saw one version, one writes.
local stored = redis.call('GET', KEYS[1])
local version = stored and string.sub(stored, 1, 16) or ''
if version ~= ARGV[1] then return 0 end
if ARGV[3] == '' then
  redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
elseif ARGV[3] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return 1

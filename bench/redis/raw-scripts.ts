/** Keys: jobs, ready, leases, id, wake. Arguments: payloads. */
export const ENQUEUE = `
local last = redis.call('INCRBY', KEYS[4], #ARGV) - #ARGV
local jobs, ids = {}, {}
for place, payload in ipairs(ARGV) do
  local id = last + place
  ids[place] = id
  jobs[2 * place - 1] = id
  jobs[2 * place] = payload
end
redis.call('HSET', KEYS[1], unpack(jobs))
redis.call('RPUSH', KEYS[2], unpack(ids))
redis.call('ZADD', KEYS[5], 0, 'm')
return last`;

/** Keys: the same. Arguments: how many, end of the lease, ids that are done. Result: ids, payloads. */
export const CLAIM = `
if #ARGV > 2 then
  redis.call('HDEL', KEYS[1], unpack(ARGV, 3))
  redis.call('ZREM', KEYS[3], unpack(ARGV, 3))
end
local take = tonumber(ARGV[1])
local ids = take > 0 and redis.call('LPOP', KEYS[2], take)
if not ids then return { {}, {} } end
local leases = {}
for place, id in ipairs(ids) do
  leases[2 * place - 1] = ARGV[2]
  leases[2 * place] = id
end
redis.call('ZADD', KEYS[3], unpack(leases))
return { ids, redis.call('HMGET', KEYS[1], unpack(ids)) }`;

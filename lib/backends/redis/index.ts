export { createRedisBackend } from './create-redis-backend.js';
export type {
  RedisBackendOptions,
  RedisClientLike,
  RedisClusterOptions,
  RedisNode,
  RedisSentinelOptions,
} from './redis-options.js';
export { REDIS_CAPABILITIES } from './redis-capabilities.js';

import { createMemoryBackend, type TaskBackendFactory } from 'nestjs-tasks';
import { RedisConnections } from '../../../lib/backends/redis/redis-connections.js';
import { RedisQueueBackend } from '../../../lib/backends/redis/redis-queue-backend.js';
import { resolveRedisOptions } from '../../../lib/backends/redis/resolve-redis-options.js';

/** Queues on Redis, state in this process: runs of chaos are about queues. */
export const redisType: TaskBackendFactory = (options) => {
  const connections = new RedisConnections(resolveRedisOptions(options), () => undefined);
  const { state } = createMemoryBackend({ ...options, options: {}, url: undefined });
  return { queue: new RedisQueueBackend(connections), state };
};

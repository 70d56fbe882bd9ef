import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { MemoryQueueBackend } from '../../lib/backends/memory/index.js';
import { RedisConnections } from '../../lib/backends/redis/redis-connections.js';
import { RedisStateBackend } from '../../lib/backends/redis/redis-state-backend.js';
import { resolveRedisOptions } from '../../lib/backends/redis/resolve-redis-options.js';
import { dropPrefix, sharedRedis, uniquePrefix } from '../servers/shared-redis.js';
import { onlyTopics } from './only-topics.js';

/** What surrounds jobs goes by the server's own clock, which no test can move: so it is played in real time, alone. */
testTaskBackend(onlyTopics(/^state: /, { describe, it, beforeAll, afterAll }), {
  name: 'redis, state',
  unsupported: ['transactions'],
  realTime: true,
  create: async () => {
    const { url } = await sharedRedis();
    const prefix = uniquePrefix();
    const settings = resolveRedisOptions({ name: 'redis', type: 'redis', url, options: { prefix } });
    const connections = new RedisConnections(settings, () => undefined);
    return {
      backend: { queue: new MemoryQueueBackend(), state: new RedisStateBackend(connections) },
      handles: () => connections.handles,
      dispose: () => dropPrefix(url, prefix),
    };
  },
});

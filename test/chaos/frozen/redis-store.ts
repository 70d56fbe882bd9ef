import { RedisConnections } from '../../../lib/backends/redis/redis-connections.js';
import { RedisQueueBackend } from '../../../lib/backends/redis/redis-queue-backend.js';
import { resolveRedisOptions } from '../../../lib/backends/redis/resolve-redis-options.js';
import { ENVELOPE_VERSION } from '../../../lib/contract/index.js';
import { startRedis } from '../../servers/redis.mjs';
import { DECLARED, type FrozenStore } from './frozen-jobs.js';
import { readStored, writeStored } from './redis-keys.js';

/** A server of its own, key by key. */
export const redisStore: FrozenStore = {
  name: `Redis in envelopes of version ${ENVELOPE_VERSION}`,
  fixture: `redis-envelopes-${ENVELOPE_VERSION}.json`,
  open: async (stored) => {
    const server = await startRedis();
    await writeStored(server.url, (stored ?? {}) as Parameters<typeof writeStored>[1]);
    const connections = new RedisConnections(
      resolveRedisOptions({ name: 'redis', type: 'redis', url: server.url, options: { prefix: 'frozen' } }),
      () => undefined,
    );
    const backend = new RedisQueueBackend(connections);
    backend.declare(DECLARED);
    await backend.open();
    const close = async (): Promise<void> => {
      await backend.close();
      await server.stop();
    };
    return { backend, read: () => readStored(server.url), close };
  },
};

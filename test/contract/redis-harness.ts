import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { RedisConnections } from '../../lib/backends/redis/redis-connections.js';
import { RedisQueueBackend } from '../../lib/backends/redis/redis-queue-backend.js';
import { RedisStateBackend } from '../../lib/backends/redis/redis-state-backend.js';
import { resolveRedisOptions } from '../../lib/backends/redis/resolve-redis-options.js';
import { type BackendHarness, ManualClock } from '../../lib/testing/index.js';
import { dropPrefix, sharedRedis, uniquePrefix } from '../servers/shared-redis.js';

/** Scripts read the time here, so that a test of a day takes a millisecond. */
const CLOCK = `{ tonumber(call('GET', ARGV[1] .. ':clock')) / 1000, 0 }`;
/** What is pushed arrives in real time: a little of it goes by with the store's. */
const PUSH_ARRIVES = 8;

/** Redis on a real server, under a prefix of its own; queues on a clock that stands still. */
export const redisHarness: BackendHarness = {
  name: 'redis',
  scope: 'fleet',
  unsupported: ['transactions'],
  create: async () => {
    const { url } = await sharedRedis();
    const prefix = uniquePrefix();
    const settings = resolveRedisOptions({ name: 'redis', type: 'redis', url, options: { prefix } });
    const connect = () => {
      const connections = new RedisConnections(settings, () => undefined);
      const backend = {
        queue: new RedisQueueBackend(connections, CLOCK),
        state: new RedisStateBackend(connections),
      };
      return { connections, backend };
    };
    const clock = new ManualClock();
    const admin = new Redis(url);
    const tell = () => admin.set(`${prefix}:clock`, clock.now());
    await tell();
    const { connections, backend } = connect();
    return {
      backend,
      advance: async (ms) => {
        await clock.advance(ms);
        await tell();
        await sleep(Math.min(ms, PUSH_ARRIVES));
      },
      connect: async () => connect().backend,
      handles: () => connections.handles,
      dispose: async () => {
        admin.disconnect();
        await dropPrefix(url, prefix);
      },
    };
  },
};

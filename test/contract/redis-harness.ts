import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { v7 } from 'uuid';
import { MemoryStateBackend } from '../../lib/backends/memory/memory-state-backend.js';
import { RedisConnections } from '../../lib/backends/redis/redis-connections.js';
import { RedisQueueBackend } from '../../lib/backends/redis/redis-queue-backend.js';
import { resolveRedisOptions } from '../../lib/backends/redis/resolve-redis-options.js';
import type { StateBackend, TaskBackend } from '../../lib/contract/index.js';
import { type BackendHarness, ManualClock } from '../../lib/testing/index.js';

/** Scripts read the time here, so that a test of a day takes a millisecond. */
const CLOCK = `{ tonumber(call('GET', ARGV[1] .. ':clock')) / 1000, 0 }`;
/** What is pushed arrives in real time: a little of it goes by with the store's. */
const PUSH_ARRIVES = 8;

/** Queues on a real server, under a prefix of their own, on a clock that stands still. */
export function redisHarness(url: string): BackendHarness {
  return {
    name: 'redis',
    scope: 'fleet',
    unsupported: ['transactions'],
    create: async () => {
      const prefix = `test:${v7()}`;
      const admin = new Redis(url);
      const clock = new ManualClock();
      const tell = () => admin.set(`${prefix}:clock`, clock.now());
      await tell();
      const state = new MemoryStateBackend({ clock });
      const settings = resolveRedisOptions({ name: 'redis', type: 'redis', url, options: { prefix } });
      const connect = () => new RedisConnections(settings, () => undefined);
      const connections = connect();
      return {
        backend: { queue: new RedisQueueBackend(connections, CLOCK), state },
        advance: async (ms) => {
          await clock.advance(ms);
          await tell();
          await sleep(Math.min(ms, PUSH_ARRIVES));
        },
        connect: async (): Promise<TaskBackend> => ({
          queue: new RedisQueueBackend(connect(), CLOCK),
          state: shared(state),
        }),
        handles: () => connections.handles,
        dispose: async () => {
          await dropAll(admin, prefix);
          await admin.quit();
        },
      };
    },
  };
}

/** The same state for another client, which does not close it. */
function shared(state: StateBackend): StateBackend {
  return Object.assign(Object.create(state) as StateBackend, { close: () => Promise.resolve() });
}

async function dropAll(admin: Redis, prefix: string): Promise<void> {
  let cursor = '0';
  do {
    const [next, keys] = await admin.scan(cursor, 'MATCH', `${prefix}:*`, 'COUNT', 1_000);
    if (keys.length > 0) await admin.unlink(...keys);
    cursor = next;
  } while (cursor !== '0');
}

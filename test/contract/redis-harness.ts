import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { MemoryQueueBackend } from '../../lib/backends/memory/index.js';
import { RedisConnections } from '../../lib/backends/redis/redis-connections.js';
import { RedisQueueBackend } from '../../lib/backends/redis/redis-queue-backend.js';
import { RedisStateBackend } from '../../lib/backends/redis/redis-state-backend.js';
import type { RedisSettings } from '../../lib/backends/redis/redis-target.js';
import { resolveRedisOptions } from '../../lib/backends/redis/resolve-redis-options.js';
import { type BackendHarness, ManualClock } from '../../lib/testing/index.js';
import { dropPrefix, sharedRedis, uniquePrefix } from '../servers/shared-redis.js';

/** Scripts read the time here, so that a test of a day takes a millisecond. */
const CLOCK = `{ tonumber(call('GET', ARGV[1] .. ':clock')) / 1000, 0 }`;
/** What is pushed arrives in real time: a little of it goes by with the store's. */
const PUSH_ARRIVES = 8;

/** Where the suite runs. */
export interface RedisUnderTest {
  readonly url: string;
  /** How its certificate is checked. */
  readonly tls?: { readonly ca: string };
}

const optionsOf = ({ url, tls }: RedisUnderTest, prefix: string) =>
  resolveRedisOptions({ name: 'redis', type: 'redis', url, options: { prefix, ...(tls && { tls }) } });

const clientOptionsOf = ({ tls }: RedisUnderTest) => (tls ? { tls } : {});

/** A real server, under a prefix of its own; queues on a clock that stands still. */
export const redisHarnessOn = (
  name: string,
  find: () => Promise<RedisUnderTest>,
  settingsOf: (server: RedisUnderTest, prefix: string) => RedisSettings = optionsOf,
): BackendHarness => ({
  name,
  scope: 'fleet',
  unsupported: ['transactions'],
  create: async () => {
    const server = await find();
    const prefix = uniquePrefix();
    const settings = settingsOf(server, prefix);
    const connect = () => {
      const connections = new RedisConnections(settings, () => undefined);
      const backend = {
        queue: new RedisQueueBackend(connections, CLOCK),
        state: new RedisStateBackend(connections),
      };
      return { connections, backend };
    };
    const clock = new ManualClock();
    const admin = new Redis(server.url, clientOptionsOf(server));
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
        await dropPrefix(server.url, prefix, clientOptionsOf(server));
      },
    };
  },
});

/** What surrounds jobs goes by the server's own clock, which no test can move: so it is played in real time, alone. */
export const redisStateHarnessOn = (name: string, find: () => Promise<RedisUnderTest>): BackendHarness => ({
  name,
  unsupported: ['transactions'],
  realTime: true,
  create: async () => {
    const server = await find();
    const prefix = uniquePrefix();
    const connections = new RedisConnections(optionsOf(server, prefix), () => undefined);
    return {
      backend: { queue: new MemoryQueueBackend(), state: new RedisStateBackend(connections) },
      handles: () => connections.handles,
      dispose: () => dropPrefix(server.url, prefix, clientOptionsOf(server)),
    };
  },
});

/** The server that all suites share. */
export const redisHarness = redisHarnessOn('redis', sharedRedis);

/**
 * A cluster of one: every queue has a slot of its own, and all of them lie on one server, whose clock can stand still. Steps that would reach from
 * slot to slot are seen on a cluster of three alone.
 */
export const clusterOfOneHarnessOn = (name: string, find: () => Promise<RedisUnderTest>): BackendHarness =>
  redisHarnessOn(name, find, ({ url }, prefix) => {
    const { hostname: host, port } = new URL(url);
    const cluster = { nodes: [{ host, port: Number(port) }] };
    return resolveRedisOptions({ name: 'redis', type: 'redis', options: { cluster, prefix } });
  });

import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnections } from '../../lib/backends/redis/redis-connections.js';
import { RedisQueueBackend } from '../../lib/backends/redis/redis-queue-backend.js';
import { RedisStateBackend } from '../../lib/backends/redis/redis-state-backend.js';
import { resolveRedisOptions } from '../../lib/backends/redis/resolve-redis-options.js';
import { type NewJob, type TaskBackend } from '../../lib/contract/index.js';
import { BackendUnavailableError } from '../../lib/errors/index.js';
import { aJob, testTaskBackend } from '../../lib/testing/index.js';
import { type PrivateSentinel, startRedisSentinel } from '../servers/redis-topologies.js';
import { uniquePrefix } from '../servers/shared-redis.js';
import { onlyTopics } from './only-topics.js';

/** Sentinels notice within three seconds, agree and promote; clients find the new master within two more. */
const FAILOVER_BOUND = 30_000;

let sentinel: PrivateSentinel;
beforeAll(async () => {
  sentinel = await startRedisSentinel();
}, 60_000);
afterAll(() => sentinel.stop());

/** @param commandTimeout Short where a call meets a master that is dead; a thousand jobs in one take their time on a slow machine. */
function make(prefix: string, commandTimeout: string): TaskBackend {
  const { name, nodes } = sentinel;
  const sentinels = { name, nodes: nodes.map((node) => ({ ...node })) };
  const settings = resolveRedisOptions({
    name: 'redis',
    type: 'redis',
    options: { sentinels, prefix, commandTimeout },
  });
  const connections = new RedisConnections(settings, () => undefined);
  return { queue: new RedisQueueBackend(connections), state: new RedisStateBackend(connections) };
}

/** Calls again, as the error says that one may, until the broker is back. */
async function persistently<T>(call: () => Promise<T>): Promise<T> {
  for (const deadline = performance.now() + FAILOVER_BOUND; ; await sleep(50)) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof BackendUnavailableError) || performance.now() > deadline) throw error;
    }
  }
}

async function eventually(holds: () => boolean, what: string): Promise<void> {
  for (const deadline = performance.now() + FAILOVER_BOUND; performance.now() < deadline; await sleep(20)) {
    if (holds()) return;
  }
  throw new Error(`It did not come true: ${what}`);
}

/** Waits until the replica has everything: what a master that dies has not yet replicated nobody can bring back. */
async function replicated(port: number): Promise<void> {
  const client = new Redis({ port });
  try {
    await client.set('marker', '1');
    expect(await client.wait(1, 10_000)).toBe(1);
  } finally {
    client.disconnect();
  }
}

describe('a master that dies under Sentinels', () => {
  it('is followed by its replica: calls, wake-ups and messages go on there, and each accepted job is done', async () => {
    const { queue, state } = make(uniquePrefix(), '2s');
    queue.declare([{ name: 'mail' }]);
    await queue.open();
    await state.open();
    const before = await sentinel.master();
    let reconnects = 0;
    let wakeUps = 0;
    const heard: unknown[] = [];
    await state.watch(
      'news',
      (message) => heard.push(message),
      () => reconnects++,
    );
    queue.subscribe('mail', { demand: 1 }, () => wakeUps++);
    const request = { worker: 'worker', lease: 30_000 };
    const batch = (): NewJob[] => Array.from({ length: 100 }, () => aJob({ queue: 'mail' }));
    const accepted = batch();
    await queue.enqueue(accepted);
    const running = await queue.claim({ ...request, take: [{ queue: 'mail', limit: 40 }] });
    await replicated(before);

    await sentinel.servers[0]?.kill();
    const later = batch().map((job) => ({ ...job, repeat: true }));
    expect((await persistently(() => queue.enqueue(later))).every(({ status }) => status !== 'refused')).toBe(
      true,
    );
    expect(await sentinel.master()).not.toBe(before);

    const settle = running.jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' } as const }));
    const { verdicts } = await persistently(() => queue.claim({ ...request, take: [], settle }));
    expect(verdicts.every((verdict) => verdict === 'applied' || verdict === 'already-applied')).toBe(true);
    const rest = await persistently(() =>
      queue.claim({ ...request, take: [{ queue: 'mail', limit: 1_000 }] }),
    );
    const done = [...running.jobs, ...rest.jobs].map(({ id }) => id);
    expect(done.toSorted()).toEqual([...accepted, ...later].map(({ id }) => id).toSorted());

    await eventually(() => reconnects > 0, 'who watches is told to look');
    await persistently(() => state.publish('news', 'after'));
    await eventually(() => heard.includes('after'), 'the message arrives');
    wakeUps = 0;
    await queue.enqueue([aJob({ queue: 'mail' })]);
    await eventually(() => wakeUps > 0, 'who waits is woken');
    await queue.close();
    await state.close();
  }, 120_000);
});

/** Scripts are the same behind Sentinels; what may differ are the connections. Runs on the master that was promoted. */
const BY_CONNECTION =
  /^(claim|batches|payloads|subscribe|several processes|opening and closing|state: (values|publish and watch))$/;

testTaskBackend(
  onlyTopics(process.env['TASKS_TEST_LONG'] === '1' ? /./ : BY_CONNECTION, {
    describe,
    it,
    beforeAll,
    afterAll,
  }),
  {
    name: 'redis, after a failover by Sentinels',
    scope: 'fleet',
    unsupported: ['transactions'],
    realTime: true,
    create: async () => {
      const prefix = uniquePrefix();
      return { backend: make(prefix, '10s'), connect: async () => make(prefix, '10s') };
    },
  },
);

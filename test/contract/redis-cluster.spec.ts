import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnections } from '../../lib/backends/redis/redis-connections.js';
import { RedisQueueBackend } from '../../lib/backends/redis/redis-queue-backend.js';
import { RedisStateBackend } from '../../lib/backends/redis/redis-state-backend.js';
import { resolveRedisOptions } from '../../lib/backends/redis/resolve-redis-options.js';
import type { TaskBackend } from '../../lib/contract/index.js';
import { aJob, testTaskBackend } from '../../lib/testing/index.js';
import { type PrivateCluster, startRedisCluster } from '../servers/redis-topologies.js';
import { uniquePrefix } from '../servers/shared-redis.js';
import { onlyTopics } from './only-topics.js';
import { withoutTests } from './without-tests.js';

/** Tests of which one step reaches from one queue to another: shown as skipped, and refused as the end of this file has it. */
const ACROSS_QUEUES: readonly string[] = [
  'adds none of an atomic batch when one is refused',
  'reaches over queues',
  'counts a parent that is cleared unfinished as failed',
  'cancels dependents over queues',
  'reopen over queues',
  'refuses what depends on a job of the same call that was refused',
  'enqueues on other queues, and with a delay',
  'enqueues with whatever outcome',
  'is not held up by a full queue',
  'calls when dependencies are met, on whatever queue',
];

let cluster: PrivateCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
}, 60_000);
afterAll(() => cluster.stop());

function make(prefix: string): TaskBackend {
  const nodes = cluster.nodes.map((node) => ({ ...node }));
  const settings = resolveRedisOptions({
    name: 'redis',
    type: 'redis',
    options: { cluster: { nodes }, prefix },
  });
  const connections = new RedisConnections(settings, () => undefined);
  return { queue: new RedisQueueBackend(connections), state: new RedisStateBackend(connections) };
}

const runner = withoutTests(ACROSS_QUEUES, { describe, it, beforeAll, afterAll });

testTaskBackend(onlyTopics(/^(?!state: )/, runner), {
  name: 'redis, a cluster of three',
  scope: 'fleet',
  unsupported: ['transactions'],
  realTime: true,
  create: async () => {
    const prefix = uniquePrefix();
    return { backend: make(prefix), connect: async () => make(prefix) };
  },
});

describe('what reaches beyond a queue, on a cluster', () => {
  let queue: TaskBackend['queue'];
  beforeAll(async () => {
    ({ queue } = make(uniquePrefix()));
    queue.declare([{ name: 'mail' }, { name: 'reports' }]);
    await queue.open();
  });
  afterAll(() => queue.close());

  it('refuses a dependency on a job of another queue, and keeps nothing of the job', async () => {
    const parent = aJob({ queue: 'mail' });
    const child = aJob({ queue: 'reports', dependsOn: { jobs: [parent], onFailure: 'fail' } });
    const verdicts = await queue.enqueue([parent, child]);
    expect(verdicts).toMatchObject([{ status: 'created' }, { status: 'refused', code: 'TASKS_UNSUPPORTED' }]);
    expect(await queue.get([child])).toEqual([undefined]);
  });

  it('refuses an atomic batch on several queues before anything is sent', async () => {
    const jobs = [aJob({ queue: 'mail' }), aJob({ queue: 'reports' })];
    await expect(queue.enqueue(jobs, { atomic: true })).rejects.toMatchObject({ code: 'TASKS_UNSUPPORTED' });
    expect(await queue.get(jobs)).toEqual([undefined, undefined]);
  });

  it('tells of a settlement which job it could not enqueue on another queue, and keeps the settlement', async () => {
    await queue.enqueue([aJob({ queue: 'mail', priority: 20 })]);
    const request = { worker: 'worker', lease: 60_000 };
    const { jobs } = await queue.claim({ ...request, take: [{ queue: 'mail', limit: 1 }] });
    const enqueue = [aJob({ queue: 'mail' }), aJob({ queue: 'reports' })];
    const settle = jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' } as const, enqueue }));
    const { verdicts, refused } = await queue.claim({ ...request, take: [], settle });
    expect(verdicts).toEqual(['applied']);
    expect(refused).toMatchObject([
      { settlement: 0, place: 1, id: enqueue[1]?.id, code: 'TASKS_UNSUPPORTED' },
    ]);
    expect((await queue.get(enqueue)).map((record) => record?.state)).toEqual(['pending', undefined]);
  });
});

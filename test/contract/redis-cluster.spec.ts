import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnections } from '../../lib/backends/redis/redis-connections.js';
import { RedisQueueBackend } from '../../lib/backends/redis/redis-queue-backend.js';
import { RedisStateBackend } from '../../lib/backends/redis/redis-state-backend.js';
import { resolveRedisOptions } from '../../lib/backends/redis/resolve-redis-options.js';
import type { NewJob, TaskBackend } from '../../lib/contract/index.js';
import { aJob, testTaskBackend } from '../../lib/testing/index.js';
import { type PrivateCluster, startRedisCluster } from '../servers/redis-topologies.js';
import { uniquePrefix } from '../servers/shared-redis.js';
import { onlyTopics } from './only-topics.js';
import { withoutTests } from './without-tests.js';

/** An atomic batch over two queues: shown as skipped, and refused as the end of this file has it. */
const OVER_QUEUES: readonly string[] = ['adds none of an atomic batch when one is refused'];

let cluster: PrivateCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
}, 60_000);
afterAll(() => cluster.stop());

function make(prefix: string, options: object = {}): TaskBackend {
  const nodes = cluster.nodes.map((node) => ({ ...node }));
  const settings = resolveRedisOptions({
    name: 'redis',
    type: 'redis',
    options: { cluster: { nodes }, prefix, ...options },
  });
  const connections = new RedisConnections(settings, () => undefined);
  return { queue: new RedisQueueBackend(connections), state: new RedisStateBackend(connections) };
}

const runner = withoutTests(OVER_QUEUES, { describe, it, beforeAll, afterAll });

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

describe('a process on a cluster', () => {
  it('has a connection for commands to each master, one that listens, and one that waits for each queue that it serves', async () => {
    const connectionName = uniquePrefix();
    const { queue, state } = make(connectionName, { connectionName });
    const served = Array.from({ length: 6 }, (_, n) => `served-${n}`);
    queue.declare(served.map((name) => ({ name })));
    await Promise.all([queue.open(), state.open()]);
    const subscriptions = served.map((name) => queue.subscribe(name, { demand: 1 }, () => undefined));
    const watches = await Promise.all(
      ['a', 'b', 'c'].map((channel) => state.watch(channel, () => undefined)),
    );
    // Reaches every master.
    await queue.enqueue(Array.from({ length: 60 }, (_, n) => aJob({ queue: `other-${n}` })));
    const expected = [
      ...served.map(() => 'blocking'),
      ...cluster.nodes.map(() => 'commands'),
      'subscriber',
    ].map((role) => `${connectionName}:${role}`);
    await expect.poll(() => connectionsOf(connectionName), { timeout: 10_000 }).toEqual(expected);
    for (const one of subscriptions) one.close();
    await Promise.all(watches.map((one) => one.close()));
    await Promise.all([queue.close(), state.close()]);
    await expect.poll(() => connectionsOf(connectionName)).toEqual([]);
  });
});

/** Of all masters, in order. */
async function connectionsOf(connectionName: string): Promise<string[]> {
  const lists = await Promise.all(
    cluster.nodes.map(async ({ host, port }) => {
      const node = new Redis({ host, port });
      const list = String(await node.call('CLIENT', 'LIST'));
      node.disconnect();
      return [...list.matchAll(/ name=(\S+)/g)].map(([, name]) => name as string);
    }),
  );
  return lists
    .flat()
    .filter((name) => name.startsWith(connectionName))
    .toSorted();
}

describe('what reaches beyond a queue, on a cluster', () => {
  let queue: TaskBackend['queue'];
  beforeAll(async () => {
    ({ queue } = make(uniquePrefix()));
    queue.declare([{ name: 'mail' }, { name: 'reports' }]);
    await queue.open();
  });
  afterAll(() => queue.close());

  const request = { worker: 'worker', lease: 60_000 };
  const settleOne = async (enqueue: readonly NewJob[]) => {
    await queue.enqueue([aJob({ queue: 'mail', priority: 20 })]);
    const { jobs } = await queue.claim({ ...request, take: [{ queue: 'mail', limit: 1 }] });
    const settle = jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' } as const, enqueue }));
    return queue.claim({ ...request, take: [], settle });
  };

  it('refuses an atomic batch on several queues before anything is sent', async () => {
    const jobs = [aJob({ queue: 'mail' }), aJob({ queue: 'reports' })];
    await expect(queue.enqueue(jobs, { atomic: true })).rejects.toMatchObject({
      code: 'TASKS_UNSUPPORTED',
      remedy: expect.stringContaining('one queue') as string,
    });
    expect(await queue.get(jobs)).toEqual([undefined, undefined]);
  });

  it('refuses an atomic batch of which a job depends on one of another queue, and says what to do', async () => {
    const parent = aJob({ queue: 'mail' });
    await queue.enqueue([parent]);
    const child = aJob({ queue: 'reports', dependsOn: { jobs: [parent], onFailure: 'fail' } });
    const [verdict] = await queue.enqueue([child], { atomic: true });
    expect(verdict).toMatchObject({ status: 'refused', code: 'TASKS_UNSUPPORTED' });
    expect(verdict).toMatchObject({ detail: expect.stringContaining('without `atomic`') as string });
    expect(await queue.get([child])).toEqual([undefined]);
  });

  it('tells of a settlement which job another queue refused, and keeps the settlement and the others', async () => {
    const unknown = { queue: 'mail', id: 'nobody' };
    const orphans = [
      aJob({ queue: 'reports', dependsOn: { jobs: [unknown], onFailure: 'fail' } }),
      aJob({
        queue: 'reports',
        dependsOn: { jobs: [{ queue: 'reports', id: 'nobody' }], onFailure: 'fail' },
      }),
    ];
    const sound = aJob({ queue: 'reports' });
    const { verdicts, refused } = await settleOne([sound, ...orphans]);
    expect(verdicts).toEqual(['applied']);
    const code = 'TASKS_DEPENDENCY_UNKNOWN';
    expect(refused).toEqual([
      { settlement: 0, place: 1, id: orphans[0]?.id, code, detail: 'nobody' },
      { settlement: 0, place: 2, id: orphans[1]?.id, code, detail: 'nobody' },
    ]);
    expect((await queue.get([sound, ...orphans])).map((record) => record?.state)).toEqual([
      'pending',
      undefined,
      undefined,
    ]);
  });

  it('enqueues jobs of a settlement that depend on one another over queues, whichever arrives first', async () => {
    const parent = aJob({ queue: 'reports' });
    const dependsOn = { jobs: [parent], onFailure: 'fail' } as const;
    const [home, there] = [aJob({ queue: 'mail', dependsOn }), aJob({ queue: 'reports', dependsOn })];
    const { refused } = await settleOne([home, parent, there]);
    expect(refused).toBeUndefined();
    expect((await queue.get([parent, home, there])).map((record) => record?.state)).toEqual([
      'pending',
      'waiting',
      'waiting',
    ]);
  });

  it('registers a thousand dependents of one job, and lets all of them go', async () => {
    const parent = aJob({ queue: 'mail', priority: 20 });
    await queue.enqueue([parent]);
    const dependsOn = { jobs: [parent], onFailure: 'fail' } as const;
    const children = Array.from({ length: 1_000 }, () => aJob({ queue: 'reports', dependsOn }));
    const verdicts = await queue.enqueue(children);
    expect(new Set(verdicts.map(({ status }) => status))).toEqual(new Set(['created']));
    const { jobs } = await queue.claim({ ...request, take: [{ queue: 'mail', limit: 1 }] });
    expect(jobs[0]?.id).toBe(parent.id);
    const settle = jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' } as const }));
    await queue.claim({ ...request, take: [], settle });
    await queue.recover();
    const states = (await queue.get(children)).map((record) => record?.state);
    expect(states.filter((state) => state === 'pending')).toHaveLength(1_000);
  });
});

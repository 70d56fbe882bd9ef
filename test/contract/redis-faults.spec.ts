import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisConnections } from '../../lib/backends/redis/redis-connections.js';
import { RedisQueueBackend } from '../../lib/backends/redis/redis-queue-backend.js';
import { resolveRedisOptions } from '../../lib/backends/redis/resolve-redis-options.js';
import type { Claim, ClaimRequest, QueueBackend } from '../../lib/contract/index.js';
import { aJob } from '../../lib/testing/index.js';
import { startRedis, type PrivateRedis } from '../servers/redis.mjs';

/** What can be done to one server by hand, and asked of many processes at once. */
describe('faults on redis', () => {
  let server: PrivateRedis;
  let admin: Redis;
  const opened: QueueBackend[] = [];
  const open = async (clock?: string): Promise<QueueBackend> => {
    const options = { name: 'redis', type: 'redis', url: server.url, options: { prefix: 'app' } };
    const connections = new RedisConnections(resolveRedisOptions(options), () => undefined);
    const queue = new RedisQueueBackend(connections, clock);
    opened.push(queue);
    await queue.open();
    return queue;
  };
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    await Promise.all(opened.map((queue) => queue.close()));
    admin.disconnect();
    await server.stop();
  });

  const claim = (queue: QueueBackend, request: Partial<ClaimRequest> = {}): Promise<Claim> =>
    queue.claim({ worker: 'worker', lease: 60_000, take: [{ queue: 'work', limit: 100 }], ...request });
  const complete = async (queue: QueueBackend, { jobs }: Claim): Promise<void> => {
    const settle = jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' as const } }));
    await claim(queue, { take: [], settle });
  };

  describe('when keys have vanished, evicted or deleted by hand', () => {
    let queue: QueueBackend;
    beforeAll(async () => (queue = await open()));
    beforeEach(async () => void (await admin.flushall()));

    it('skips a job whose record is gone, and hands out the others', async () => {
      const jobs = [1, 2, 3].map(() => aJob({ queue: 'work' }));
      await queue.enqueue(jobs);
      const [first] = await admin.hkeys('app:{work}:jobs');
      await admin.hdel('app:{work}:jobs', first as string);
      const taken = await claim(queue);
      expect(taken.jobs).toHaveLength(2);
      await complete(queue, taken);
      const [status] = await queue.inspect(['work']);
      expect(status?.counts).toMatchObject({ pending: 0, running: 0, completed: 2 });
    });

    it.each(['jobs', 'ready', 'active', 'leases', 'runs', 'meta', 'completed'])(
      'goes on without `%s`: later jobs come in and go out, once each',
      async (word) => {
        await queue.enqueue(Array.from({ length: 40 }, () => aJob({ queue: 'work' })));
        const before = await claim(queue, { take: [{ queue: 'work', limit: 20 }] });
        await admin.del(`app:{work}:${word}`);
        await complete(queue, before);
        const later = Array.from({ length: 20 }, () => aJob({ queue: 'work' }));
        const verdicts = await queue.enqueue(later);
        expect(verdicts.every(({ status }) => status === 'created')).toBe(true);
        const seen: string[] = [];
        for (let taken = await claim(queue); taken.jobs.length > 0; taken = await claim(queue)) {
          seen.push(...taken.jobs.map(({ id }) => id));
          await complete(queue, taken);
        }
        expect(seen).toHaveLength(new Set(seen).size);
        expect(seen).toEqual(expect.arrayContaining(later.map(({ id }) => id)));
      },
    );
  });

  describe('when the clock of the server goes back ten seconds', () => {
    const setClock = (ms: number) => admin.set('app:clock', ms);
    const noon = Date.UTC(2030, 0, 1, 12);
    let queue: QueueBackend;
    beforeAll(async () => {
      await setClock(noon);
      queue = await open(`{ tonumber(call('GET', ARGV[1] .. ':clock')) / 1000, 0 }`);
    });
    beforeEach(async () => {
      await admin.flushall();
      await setClock(noon);
    });

    it('keeps the order of the line', async () => {
      const before = aJob({ queue: 'work' });
      await queue.enqueue([before]);
      await setClock(noon - 10_000);
      const after = aJob({ queue: 'work' });
      await queue.enqueue([after]);
      expect((await claim(queue)).jobs.map(({ id }) => id)).toEqual([before.id, after.id]);
    });

    it('loses no lease and no verdict', async () => {
      await queue.enqueue([aJob({ queue: 'work' })]);
      const taken = await claim(queue);
      await setClock(noon - 10_000);
      expect(await queue.recover()).toMatchObject({ recovered: 0 });
      expect(await queue.extend([taken.jobs[0]!.receipt], 60_000)).toEqual({ lost: [], cancelled: [] });
      await complete(queue, taken);
      const [status] = await queue.inspect(['work']);
      expect(status?.counts).toMatchObject({ running: 0, completed: 1 });
    });

    it('runs a delayed job late by no more than that', async () => {
      await queue.enqueue([aJob({ queue: 'work', delay: 1_000 })]);
      await setClock(noon - 10_000);
      expect(await claim(queue)).toMatchObject({ jobs: [], nextInMs: 11_000 });
      await setClock(noon + 1_000);
      expect((await claim(queue)).jobs).toHaveLength(1);
    });
  });

  it('wakes two of fifty idle processes for one job at most', async () => {
    await admin.flushall();
    const processes = await Promise.all(Array.from({ length: 50 }, () => open()));
    // The first call of a process declares the queue, which wakes somebody, too.
    await Promise.all(processes.map((queue) => claim(queue)));
    let claims = 0;
    let done: () => void = () => undefined;
    const ran = new Promise<void>((resolve) => (done = resolve));
    const look = async (queue: QueueBackend): Promise<void> => {
      claims++;
      const taken = await claim(queue, { take: [{ queue: 'work', limit: 1 }] });
      await complete(queue, taken);
      if (taken.jobs.length > 0) done();
    };
    const subscriptions = processes.map((queue) =>
      queue.subscribe('work', { demand: 1 }, () => void look(queue)),
    );
    const blocked = async (): Promise<number> => {
      const clients = (await admin.client('LIST')) as string;
      return clients.split('\n').filter((line) => line.includes(' cmd=bzpopmin')).length;
    };
    while ((await blocked()) < 50) await sleep(10);
    claims = 0;
    const [producer] = processes as [QueueBackend];
    await producer.enqueue([aJob({ queue: 'work' })]);
    await ran;
    // Whoever else was woken has been told by now: a round trip of every process lies in between.
    await Promise.all(processes.map((queue) => queue.ping()));
    expect(claims).toBeLessThanOrEqual(2);
    for (const subscription of subscriptions) subscription.close();
  });
});

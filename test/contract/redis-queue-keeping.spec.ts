import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RedisConnections } from '../../lib/backends/redis/redis-connections.js';
import { RedisQueueBackend } from '../../lib/backends/redis/redis-queue-backend.js';
import { resolveRedisOptions } from '../../lib/backends/redis/resolve-redis-options.js';
import {
  type ClaimedJob,
  JOB_STATES,
  type NewJob,
  type Payload,
  type QueueBackend,
  TOMBSTONE_TTL,
} from '../../lib/contract/index.js';
import { aJob } from '../../lib/testing/index.js';
import { startRedis, type PrivateRedis } from '../servers/redis.mjs';

/** What the contract cannot ask of every store: what is left in this one, and what it is told again. */
describe('queues on redis', () => {
  let server: PrivateRedis;
  let admin: Redis;
  let queue: QueueBackend;
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
    const options = { name: 'redis', type: 'redis', url: server.url, options: { prefix: 'app' } };
    queue = new RedisQueueBackend(new RedisConnections(resolveRedisOptions(options), () => undefined));
    await queue.open();
  });
  afterAll(async () => {
    await queue.close();
    admin.disconnect();
    await server.stop();
  });

  const claim = (name: string, limit = 10) =>
    queue.claim({ worker: 'worker', lease: 60_000, take: [{ queue: name, limit }] });

  const settleAll = async (
    jobs: readonly ClaimedJob[],
    resultOf: (place: number) => Payload | undefined = () => undefined,
  ) => {
    const settle = jobs.map(({ receipt }, place) => ({
      receipt,
      outcome: { kind: 'completed' as const, result: resultOf(place) },
    }));
    const { verdicts } = await queue.claim({ worker: 'worker', lease: 60_000, take: [], settle });
    return verdicts;
  };

  it('that find a key of somebody else say so, and not that the server is away', async () => {
    await admin.set('app:{taken}:meta', 'not ours');
    const fault = {
      code: 'TASKS_BACKEND_FAULT',
      message: expect.stringContaining('a value of another type') as string,
      remedy: expect.stringContaining('Calling again does not help') as string,
    };
    await expect(queue.enqueue([aJob({ queue: 'taken' })])).rejects.toMatchObject(fault);
    await expect(claim('taken')).rejects.toMatchObject(fault);
    await admin.del('app:{taken}:meta');
    await expect(queue.enqueue([aJob({ queue: 'taken' })])).resolves.toMatchObject([{ status: 'created' }]);
  });

  it('take a batch of more bytes than fit into one argument of a call', async () => {
    const name = 'long';
    const jobs = [700_000, 700_000, 2_500_000, 10].map((size, n) =>
      aJob({ queue: name, payload: String(n).repeat(size) }),
    );
    await queue.enqueue(jobs);
    const { jobs: claimed } = await claim(name);
    expect(claimed.map(({ id, payload }) => [id, payload?.length])).toEqual(
      jobs.map(({ id, payload }) => [id, payload?.length]),
    );
  });

  it('wakes nobody for a job on a paused queue', async () => {
    const name = 'resting';
    const isRung = () => admin.exists(`app:{${name}}:wake`);
    await queue.enqueue([aJob({ queue: name })]);
    await queue.pause(name);
    await admin.del(`app:{${name}}:wake`);
    await queue.enqueue([aJob({ queue: name })]);
    expect(await isRung()).toBe(0);
    await queue.resume(name);
    await admin.del(`app:{${name}}:wake`);
    await queue.enqueue([aJob({ queue: name })]);
    expect(await isRung()).toBe(1);
  });

  it('takes plain jobs without a look at its settings whenever there is nothing to look at', async () => {
    const name = 'simple';
    const isSimple = () => admin.exists(`app:{${name}}:simple`);
    const told: [string, number][] = [];
    const note = async (after: string) => void told.push([after, await isSimple()]);
    queue.declare([{ name }]);
    await queue.enqueue([aJob({ queue: name })]);
    await note('a job');
    await queue.pause(name);
    await note('pause');
    await queue.resume(name);
    await note('resume');
    await queue.enqueue([aJob({ queue: name, key: 'a' })]);
    await note('a keyed job');
    await claim(name);
    await note('an empty line');
    queue.declare([{ name, maxSize: 5 }]);
    await queue.enqueue([aJob({ queue: name })]);
    await note('a bound on its size');
    expect(told).toEqual([
      ['a job', 1],
      ['pause', 0],
      ['resume', 1],
      ['a keyed job', 0],
      ['an empty line', 1],
      ['a bound on its size', 0],
    ]);
  });

  it('leaves nothing of a job that was removed: no key but what belongs to the queue', async () => {
    const name = 'tidy';
    queue.declare([{ name, perKey: { concurrency: 1, rateLimit: { limit: 1, per: 10 } } }]);
    const parent = aJob({ queue: name, priority: 20 });
    const child = aJob({ queue: name, dependsOn: { jobs: [parent], onFailure: 'fail' } });
    const rich = aJob({
      queue: name,
      key: 'tenant',
      idempotency: { key: 'once', ttl: 60_000 },
      unique: { mode: 'keep-first', key: 'user' },
    });
    await queue.enqueue([
      parent,
      child,
      rich,
      aJob({ queue: name, key: 'tenant' }),
      aJob({ queue: name, delay: 60_000 }),
    ]);
    const { jobs } = await claim(name);
    await queue.record(
      jobs.map(({ receipt }) => ({ receipt, progress: { current: 1, total: 2 }, checkpoint: 'so far' })),
    );
    await queue.signal(rich, 'approved', { payload: 'yes', codec: 'json' });
    const error = { name: 'Error', message: 'broke' };
    await queue.claim({
      worker: 'worker',
      lease: 60_000,
      take: [],
      settle: jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'failed', error } })),
    });
    await queue.clear(name, JOB_STATES);
    const { jobs: rest } = await claim(name);
    expect(rest).toEqual([]);
    await queue.clear(name, JOB_STATES);
    await sleep(60);
    await queue.recover();
    await queue.recover();
    const left = (await admin.keys(`app:{${name}}:*`)).map((key) => key.slice(`app:{${name}}:`.length));
    expect(left.filter((word) => !['meta', 'simple', 'wake'].includes(word))).toEqual([]);
  });

  it('holds no counter that a crowd of jobs could leave wrong: the line is empty when all are done', async () => {
    const name = 'flat';
    queue.declare([{ name, retention: { completedMax: 0 } }]);
    await queue.enqueue(Array.from({ length: 500 }, () => aJob({ queue: name, key: `k${Math.random()}` })));
    for (let { jobs } = await claim(name, 100); jobs.length > 0; { jobs } = await claim(name, 100)) {
      await queue.claim({
        worker: 'worker',
        lease: 60_000,
        take: [],
        settle: jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' } })),
      });
    }
    const left = (await admin.keys(`app:{${name}}:*`)).map((key) => key.slice(`app:{${name}}:`.length));
    expect(left.toSorted()).toEqual(
      ['buried', 'gone', 'meta', 'simple', 'wake'].filter((word) => left.includes(word)),
    );
    expect(await admin.zcard(`app:{${name}}:gone`)).toBe(500);
  });

  it('remembers the latest ten thousand that were not kept, however many there were', async () => {
    const name = 'buried';
    queue.declare([{ name, retention: { completedMax: 0 } }]);
    const completed = Array.from({ length: 13_000 }, () => aJob({ queue: name }));
    await queue.enqueue(completed);
    for (let { jobs } = await claim(name, 500); jobs.length > 0;) {
      const settle = jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' } as const }));
      ({ jobs } = await queue.claim({
        worker: 'w',
        lease: 60_000,
        take: [{ queue: name, limit: 500 }],
        settle,
      }));
    }
    const isKnown = async (jobs: readonly NewJob[]) => {
      const verdicts = await queue.enqueue(jobs.map((job) => ({ ...job, repeat: true })));
      return new Set(verdicts.map(({ status }) => status));
    };
    expect(Number(await admin.hget(`app:{${name}}:meta`, 'buried'))).toBeLessThan(11_000);
    expect(await isKnown(completed.slice(-10_000))).toEqual(new Set(['existing']));
    expect(await isKnown(completed.slice(0, -10_000))).toEqual(new Set(['created']));
  });

  it('drops what was buried an hour ago when it sweeps', async () => {
    const name = 'old graves';
    const key = `app:{${name}}:buried`;
    queue.declare([{ name, retention: { completedMax: 0 } }]);
    for (const count of [20, 30]) {
      await queue.enqueue(Array.from({ length: count }, () => aJob({ queue: name })));
      await settleAll((await claim(name, count)).jobs);
    }
    const oldest = String(await admin.lindex(key, 0));
    await admin.lset(key, 0, `${Number(oldest.slice(0, 13)) - TOMBSTONE_TTL - 1}${oldest.slice(13)}`);
    await queue.recover();
    expect([await admin.llen(key), await admin.hget(`app:{${name}}:meta`, 'buried')]).toEqual([1, '30']);
  });

  it('counts what it has buried anew when that was lost by another hand', async () => {
    const name = 'dug up';
    queue.declare([{ name, retention: { completedMax: 0 } }]);
    const complete = async (count: number) => {
      await queue.enqueue(Array.from({ length: count }, () => aJob({ queue: name })));
      await settleAll((await claim(name, count)).jobs);
    };
    const buried = () => admin.hget(`app:{${name}}:meta`, 'buried');
    await complete(20);
    await complete(30);
    expect(await buried()).toBe('50');
    await admin.del(`app:{${name}}:buried`);
    await complete(16);
    expect(await buried()).toBe('16');
  });

  it.each(
    ['Auftrag-Müller-2024-', 'Auftrag-Müller-2024-0', '日本語日本語日', 'order-2024-11-27-0000', 'no. '].map(
      (begin) => ({
        begin,
        characters: begin.length + 1,
        bytes: Buffer.byteLength(begin) + 1,
      }),
    ),
  )('knows jobs by ids of other programs, of $characters characters in $bytes bytes', async ({ begin }) => {
    const name = `foreign ${begin}`;
    queue.declare([{ name, retention: { completedMax: 0 } }]);
    const ids = Array.from({ length: 20 }, (_, n) => `${begin}${String.fromCharCode(65 + n)}`);
    const jobs = [...ids.map((id) => aJob({ queue: name, id })), aJob({ queue: name })];
    await queue.enqueue(jobs);
    const [alone, together, mixed] = [await claim(name, 1), await claim(name, 19), await claim(name, 1)];
    expect([...alone.jobs, ...together.jobs].map(({ id }) => id)).toEqual(ids);
    for (const taken of [alone.jobs, [...together.jobs, ...mixed.jobs]]) {
      expect(new Set(await settleAll(taken))).toEqual(new Set(['applied']));
    }
    const again = await queue.enqueue(jobs.map((job) => ({ ...job, repeat: true })));
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set(['existing']));
  });

  it.each([
    ['short', (n: number) => `"${n}"`],
    ['long', (n: number) => 'x'.repeat(200 + n)],
    ['bytes', (n: number) => new Uint8Array([n % 256, 255, 0])],
  ])('keeps the results of all that are settled together, when they are %s', async (kind, resultOf) => {
    const name = `results ${kind}`;
    queue.declare([{ name }]);
    const own = (n: number) => (n % 5 === 0 ? undefined : resultOf(n));
    // One is not plain: all of its thousand are settled one by one.
    const jobs = Array.from({ length: 1_500 }, (_, n) =>
      aJob({ queue: name, ...(n === 1_200 && { key: 'its own' }) }),
    );
    await queue.enqueue(jobs);
    const taken = [...(await claim(name, 1_000)).jobs, ...(await claim(name, 1_000)).jobs];
    expect(taken).toHaveLength(1_500);
    const verdicts = await settleAll(taken, own);
    expect(new Set(verdicts)).toEqual(new Set(['applied']));
    const records = await queue.get(taken);
    expect(records.map((record) => record?.result)).toEqual(taken.map((_, n) => own(n)));
  });

  it('goes on when the server has forgotten its scripts', async () => {
    queue.declare([{ name: 'scripts' }]);
    for (let n = 0; n < 3; n++) {
      await admin.script('FLUSH');
      const [verdict] = await queue.enqueue([aJob({ queue: 'scripts' })]);
      expect(verdict?.status).toBe('created');
      await admin.script('FLUSH');
      expect((await claim('scripts')).jobs).toHaveLength(1);
    }
  });

  it('tells a server that has lost its data again what its queues are limited to', async () => {
    queue.declare([{ name: 'limited', maxSize: 2, concurrency: 1 }]);
    await queue.enqueue([aJob({ queue: 'limited' })]);
    await admin.flushall();
    const verdicts = await queue.enqueue(Array.from({ length: 3 }, () => aJob({ queue: 'limited' })));
    expect(verdicts.map(({ status }) => status)).toEqual(['created', 'created', 'refused']);
    await admin.flushall();
    await queue.enqueue([aJob({ queue: 'limited', delay: 1 }), aJob({ queue: 'limited' })]);
    expect((await claim('limited')).jobs).toHaveLength(1);
  });

  it('takes a thousand due jobs in one step, in the order in which they were due', async () => {
    queue.declare([{ name: 'due' }]);
    const jobs = Array.from({ length: 1_200 }, (_, n) => aJob({ queue: 'due', delay: 1 + (n % 7) }));
    await queue.enqueue(jobs);
    await sleep(30);
    const taken = [...(await claim('due', 1_000)).jobs, ...(await claim('due', 1_000)).jobs];
    expect(new Set(taken.map(({ id }) => id)).size).toBe(1_200);
  });

  it('settles as many as a call brings, and waits for as many parents as a job has', async () => {
    const name = 'many';
    queue.declare([{ name }]);
    const parents = Array.from({ length: 9_000 }, () => aJob({ queue: name }));
    await queue.enqueue(parents);
    const child = aJob({ queue: name, dependsOn: { jobs: parents, onFailure: 'fail' } });
    expect((await queue.enqueue([child]))[0]?.status).toBe('created');
    const receipts = [];
    for (let { jobs } = await claim(name, 1_000); jobs.length > 0; { jobs } = await claim(name, 1_000)) {
      receipts.push(...jobs.map(({ receipt }) => receipt));
    }
    const { verdicts, jobs } = await queue.claim({
      worker: 'worker',
      lease: 60_000,
      take: [{ queue: name, limit: 1 }],
      settle: receipts.map((receipt) => ({ receipt, outcome: { kind: 'completed' } as const })),
    });
    expect(verdicts.filter((verdict) => verdict === 'applied')).toHaveLength(9_000);
    expect(jobs[0]?.id).toBe(child.id);
  });

  it('takes bounds that are none', async () => {
    queue.declare([{ name: 'endless' }]);
    const job = aJob({ queue: 'endless', maxRetries: Infinity, maxStalled: Infinity });
    await queue.enqueue([job]);
    const take = [{ queue: 'endless', limit: 1 }];
    const [taken] = (await queue.claim({ worker: 'dead', lease: 100, take })).jobs;
    expect(taken).toMatchObject({ maxRetries: Infinity, maxStalled: Infinity });
    await sleep(150);
    expect((await queue.recover()).recovered).toBe(1);
    expect((await queue.get([job]))[0]).toMatchObject({ state: 'pending', stalls: 1 });
  });

  it('clears what has lost its record by another hand', async () => {
    queue.declare([{ name: 'torn' }]);
    const job = aJob({ queue: 'torn' });
    await queue.enqueue([job, aJob({ queue: 'torn' })]);
    await admin.hdel('app:{torn}:jobs', ...(await admin.hkeys('app:{torn}:jobs')).slice(0, 1));
    expect((await claim('torn')).jobs).toHaveLength(1);
    await queue.clear('torn', JOB_STATES);
    expect((await queue.inspect(['torn']))[0]?.counts.pending).toBe(0);
  });

  it('hands out bytes that nobody can read as a job that nobody can run, and harms no other', async () => {
    const name = 'garbled';
    queue.declare([{ name }]);
    const garbage = [
      '.',
      'x',
      '.short',
      'garbage all over, and no line feed',
      '.\0\0\0\0\0\0F{"no":"list"}\n{}',
      '.\0\0\0\0\0\0F["x","y","z",0,1,2]\ns1',
      '.\0\0\0\0\0\0F[1,3,null,1,"json","work",[1,2]]\ns1',
    ];
    const broken = garbage.map(() => aJob({ queue: name }));
    const sound = [aJob({ queue: name }), aJob({ queue: name })];
    await queue.enqueue([...broken, ...sound]);
    const [key = ''] = await admin.keys(`app:{${name}}:jobs`);
    const fields = await admin.hkeysBuffer(key);
    for (const [place, bytes] of garbage.entries()) await admin.hset(key, fields[place] as Buffer, bytes);
    const { jobs } = await claim(name, 20);
    expect(jobs).toHaveLength(garbage.length + sound.length);
    expect(jobs.filter((job) => job.name === 'unreadable')).toHaveLength(garbage.length);
    expect((await queue.find({ queue: name, states: ['running'] })).items).toHaveLength(jobs.length);
    const error = { name: 'TaskNotFoundError', message: 'nobody knows it' };
    const { verdicts } = await queue.claim({
      worker: 'worker',
      lease: 60_000,
      take: [],
      settle: jobs.map(({ receipt, name: task }) => ({
        receipt,
        outcome: task === 'unreadable' ? { kind: 'failed', error } : { kind: 'completed' },
      })),
    });
    expect(new Set(verdicts)).toEqual(new Set(['applied']));
    const [status] = await queue.inspect([name]);
    expect(status?.counts).toMatchObject({ failed: garbage.length, completed: sound.length, running: 0 });
    expect((await queue.find({ queue: name, states: ['failed'] })).items).toHaveLength(garbage.length);
  });

  it('knows a queue by what its broker calls it', async () => {
    queue.declare([{ name: 'local', brokerName: 'remote' }]);
    const job = aJob({ queue: 'local' });
    await queue.enqueue([job]);
    expect(await admin.hlen('app:{remote}:jobs')).toBe(1);
    expect((await claim('local')).jobs[0]?.queue).toBe('local');
    expect((await queue.get([job]))[0]?.queue).toBe('local');
  });
});

describe.each([1, 3])('queues on redis that get %i plain jobs in a call', (count) => {
  /** Where the clock of this server stands still, in ms. */
  const SERVER_NOW = 1_795_800_000_000;
  let server: PrivateRedis;
  let queue: QueueBackend;
  beforeAll(async () => {
    server = await startRedis();
    const settings = resolveRedisOptions({ name: 'redis', type: 'redis', url: server.url, options: {} });
    const connections = new RedisConnections(settings, () => undefined);
    queue = new RedisQueueBackend(connections, `{ ${SERVER_NOW / 1_000}, 0 }`);
    await queue.open();
  });
  afterAll(async () => {
    await queue.close();
    await server.stop();
  });
  afterEach(() => void vi.useRealTimers());

  /** Enqueues from a process whose clock is that far ahead. @returns how far the moments of creation are */
  const enqueuedAhead = async (ms: number): Promise<number[]> => {
    vi.useFakeTimers({ toFake: ['Date'], now: SERVER_NOW + ms });
    const jobs = Array.from({ length: count }, () => aJob({ queue: 'mail' }));
    await queue.enqueue(jobs);
    vi.useRealTimers();
    const records = await queue.get(jobs);
    return records.map((record) => (record?.createdAt ?? 0) - SERVER_NOW);
  };
  const all = (ms: number) => Array.from({ length: count }, () => ms);

  it.each([0, -1, -100])('have them created when their process says, %i ms ahead', async (ms) => {
    expect(await enqueuedAhead(ms)).toEqual(all(ms));
  });

  it.each([1, -101, 3_600_000, -3_600_000])(
    'go by the clock of the server where the other is %i ms ahead',
    async (ms) => {
      expect(await enqueuedAhead(ms)).toEqual(all(0));
    },
  );
});

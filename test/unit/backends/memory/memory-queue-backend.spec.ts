import { describe, expect, it } from 'vitest';
import type { ClaimedJob, NewJob, QueueDefinition } from '../../../../lib/contract/index.js';
import { MemoryQueueBackend } from '../../../../lib/backends/index.js';
import { ManualClock } from '../../../../lib/testing/manual-clock.js';
import { aNewJob } from './an-entry.js';

/** What the contract suite cannot see from outside; the rest it proves. */
function bench(definition: Partial<QueueDefinition> = {}) {
  const clock = new ManualClock();
  const backend = new MemoryQueueBackend({ clock });
  backend.declare([{ name: 'lane', ...definition }]);
  const add = (...jobs: Partial<NewJob>[]) => backend.enqueue(jobs.map(aNewJob));
  const take = async (limit: number): Promise<readonly ClaimedJob[]> =>
    (await backend.claim({ worker: 'w', lease: 1_000, take: [{ queue: 'lane', limit }] })).jobs;
  const complete = (jobs: readonly ClaimedJob[]) =>
    backend.claim({
      worker: 'w',
      lease: 1_000,
      take: [],
      settle: jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' } as const })),
    });
  const find = async (id: string) => (await backend.get([{ queue: 'lane', id }]))[0];
  return { clock, backend, add, take, complete, find };
}

describe('the memory queue backend', () => {
  it('arms no timer, whatever is due', async () => {
    const { clock, backend, add, take } = bench({ rateLimit: { limit: 1, per: 1_000 } });
    backend.subscribe('lane', { demand: 1 }, () => undefined);
    await add({ id: 'a' }, { id: 'b' }, { id: 'c', delay: 500 });
    await take(5);
    expect(clock.timers).toBe(0);
  });

  it.each([['released'], ['retry']] as const)(
    'goes on when a worker settles as %s with a delay that is none',
    async (kind) => {
      const { clock, backend, add, take, complete } = bench();
      for (const delay of [Number.NaN, -5]) {
        await add({ id: `of ${delay}` }, { id: `beside ${delay}`, delay: 10 });
        const [job] = await take(1);
        const error = { name: 'Error', message: 'm' };
        const outcome = { kind, in: delay, countAttempt: false, error };
        const settle = [{ receipt: (job as ClaimedJob).receipt, outcome }];
        await backend.claim({ worker: 'w', lease: 1_000, take: [], settle });
        await clock.advance(20);
        await backend.recover();
        const jobs = await take(5);
        expect(jobs.map(({ id }) => id)).toEqual([`of ${delay}`, `beside ${delay}`]);
        await complete(jobs);
      }
    },
  );

  it('hands out jobs that can be written down, without the store that they lie in', async () => {
    const { add, take } = bench();
    await add({ id: 'a' });
    const [job] = await take(1);
    expect(JSON.parse(JSON.stringify(job))).toMatchObject({ id: 'a', attempt: 1 });
  });

  it('leaves no trace of a queue that was only asked about', async () => {
    const { backend } = bench();
    await backend.get([{ queue: 'nowhere', id: 'a' }]);
    await backend.inspect(['nowhere']);
    await backend.find({ queue: 'nowhere' });
    await backend.cancel([{ queue: 'nowhere', id: 'a' }], 'x');
    const { store } = backend as unknown as { store: { all(): Iterable<{ name: string }> } };
    expect([...store.all()].map(({ name }) => name)).toEqual(['lane']);
  });

  it('counts new key limits over jobs that are in already', async () => {
    const { backend, add, take } = bench();
    await add(...['1', '2', '3', '4'].map((id) => ({ id, key: 'a' })));
    await take(1);
    backend.declare([{ name: 'lane', perKey: { concurrency: 2 } }]);
    await add({ id: '5', key: 'a' });
    expect((await take(9)).map(({ id }) => id)).toEqual(['2', '3', '4']);
    backend.declare([{ name: 'lane' }]);
    expect((await take(9)).map(({ id }) => id)).toEqual(['5']);
  });

  it('keeps a job from whoever changes the bytes that it was given or gave', async () => {
    const { add, take, find } = bench();
    const payload = new Uint8Array([1, 2]);
    await add({ id: 'a', payload });
    payload[0] = 9;
    const [job] = (await take(1)) as [ClaimedJob];
    (job.payload as Uint8Array)[1] = 9;
    expect((await find('a'))?.payload).toEqual(new Uint8Array([1, 2]));
  });

  it('resolves and reopens a chain that is longer than the stack is deep and than retention reaches', async () => {
    const { backend, add, take, find } = bench();
    const length = 20_000;
    const chain = Array.from({ length }, (_, n) => ({
      id: `${n}`,
      ...(n > 0 && { dependsOn: { jobs: [{ queue: 'lane', id: `${n - 1}` }], onFailure: 'fail' as const } }),
    }));
    await add(...chain);
    const [job] = (await take(1)) as [ClaimedJob];
    const error = { name: 'Error', message: 'broke' };
    const settle = [{ receipt: job.receipt, outcome: { kind: 'failed' as const, error } }];
    await backend.claim({ worker: 'w', lease: 1_000, take: [], settle });
    expect((await find('1'))?.state).toBe('cancelled');
    await backend.retryDead([{ queue: 'lane', id: '0' }]);
    const [status] = await backend.inspect(['lane']);
    expect(status?.counts).toMatchObject({ pending: 1, waiting: length - 1, cancelled: 0 });
  });

  it('keeps no more than its bounds of an endless chain', async () => {
    const { add, take, complete, backend } = bench({ retention: { completedMax: 5 } });
    for (let n = 0; n < 300; n++) {
      const jobs = n === 0 ? [] : [{ queue: 'lane', id: `${n - 1}` }];
      await add({ id: `${n}`, dependsOn: { jobs, onFailure: 'fail' } });
      await complete(await take(1));
    }
    const { store } = backend as unknown as {
      store: { job(ref: object): { rare: { links: { parents: { parent: unknown }[] } } } };
    };
    let depth = 0;
    let entry: unknown = store.job({ queue: 'lane', id: '299' });
    for (; entry !== undefined; depth++) {
      entry = (entry as { rare?: { links?: { parents: { parent: unknown }[] } } }).rare?.links?.parents[0]
        ?.parent;
    }
    expect(depth).toBeLessThan(10);
  });

  it('pages through jobs of one moment without losing or repeating one', async () => {
    const { backend, add } = bench();
    const ids = Array.from({ length: 25 }, (_, n) => `${n}`);
    await add(...ids.map((id) => ({ id })));
    const seen: string[] = [];
    for (let cursor: string | undefined, page = 0; page === 0 || cursor !== undefined; page++) {
      const found = await backend.find({ queue: 'lane', limit: 4, ...(cursor !== undefined && { cursor }) });
      seen.push(...found.items.map(({ id }) => id));
      cursor = found.cursor;
    }
    expect(seen).toEqual(ids.toReversed());
  });

  it('refuses a cursor that it did not make', async () => {
    const { backend } = bench();
    await expect(backend.find({ queue: 'lane', cursor: 'x' })).rejects.toMatchObject({
      code: 'TASKS_VALIDATION',
    });
  });

  it.each([
    ['a priority that there is not', { priority: 21 }],
    ['a priority between two', { priority: 0.5 }],
    ['a negative delay', { delay: -1 }],
    ['a delay that is no number', { delay: Number.NaN }],
    ['a weight of nothing', { weight: 0 }],
    ['an endless window', { unique: { mode: 'throttle', key: 'k', window: Infinity } }],
    ['a negative maximum wait', { unique: { mode: 'debounce', key: 'k', window: 5, maxWait: -1 } }],
    ['a time to live that is no number', { idempotency: { key: 'k', ttl: Number.NaN } }],
  ] as [string, Partial<NewJob>][])('refuses %s, and keeps nothing of the job', async (_, words) => {
    const { add, find } = bench();
    expect(await add({ id: 'a', ...words })).toMatchObject([{ status: 'refused', code: 'TASKS_VALIDATION' }]);
    expect(await find('a')).toBeUndefined();
  });

  it('takes the shortest lease for one that is no number', async () => {
    const { backend, add, clock } = bench();
    await add({ id: 'a' });
    await backend.claim({ worker: 'w', lease: Number.NaN, take: [{ queue: 'lane', limit: 1 }] });
    await clock.advance(1);
    expect(await backend.recover()).toMatchObject({ recovered: 1 });
  });

  it('does not know a receipt that somebody made up', async () => {
    const { complete, backend } = bench();
    const madeUp = { receipt: { entry: {}, fence: 1 } } as unknown as ClaimedJob;
    expect((await complete([madeUp])).verdicts).toEqual(['unknown']);
    expect(await backend.record([{ receipt: madeUp.receipt }])).toEqual(['unknown']);
    expect((await backend.extend([madeUp.receipt], 1_000)).lost).toEqual([madeUp.receipt]);
  });

  it('counts the moments of creation in whole milliseconds, never in the future', async () => {
    let now = 1_000.7;
    const backend = new MemoryQueueBackend({
      clock: { now: () => now, setTimer: () => ({ cancel: () => undefined }) },
    });
    await backend.enqueue([aNewJob({ id: 'a' })]);
    now = 1_500.2;
    await backend.enqueue([aNewJob({ id: 'b' })]);
    const records = await backend.get([
      { queue: 'lane', id: 'a' },
      { queue: 'lane', id: 'b' },
    ]);
    expect(records.map((record) => record?.createdAt)).toEqual([1_000, 1_500]);
  });
});

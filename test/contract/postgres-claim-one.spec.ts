import { afterEach, describe, expect, it } from 'vitest';
import type { ClaimedJob, NewJob, Settlement } from '../../lib/contract/index.js';
import { aJob } from '../../lib/testing/index.js';
import { ownPostgresQueue } from './own-postgres-queue.js';

const LEASE = 60_000;
const completed = ({ receipt }: ClaimedJob): Settlement => ({ receipt, outcome: { kind: 'completed' } });

describe('a claim of PostgreSQL that asks one queue and settles nothing but plain completions', () => {
  const own = ownPostgresQueue();
  let queues = 0;
  /** Another for each test. */
  let queue = 'queue-0';

  afterEach(() => {
    queue = `queue-${++queues}`;
  });

  const enqueue = async (...jobs: Partial<NewJob>[]): Promise<string[]> => {
    const all = jobs.map((job) => aJob({ queue, ...job }));
    await own.backend.enqueue(all);
    return all.map(({ id }) => id);
  };

  const claim = (limit: number, done: readonly ClaimedJob[] = [], max?: number) =>
    own.backend.claim({
      worker: 'w',
      lease: LEASE,
      take: [{ queue, limit }],
      max,
      settle: done.map(completed),
    });

  it('takes no more than the claim may, although the queue would give more', async () => {
    await enqueue({}, {}, {});
    expect((await claim(3, [], 2)).jobs).toHaveLength(2);
  });

  it('gives a job that has seen a later clock a token of its own, which is good', async () => {
    const [id] = await enqueue({}, {});
    await own.client.query(`update ${own.schema}.job set fence = 9000000000000000 where id = $1`, [id]);
    const { jobs } = await claim(2);
    expect(jobs.find((job) => job.id === id)?.fence).toBe('9000000000000001');
    expect((await claim(1, jobs)).verdicts).toEqual(['applied', 'applied']);
  });

  it('tells of a job without bounds that it has none', async () => {
    await enqueue({ maxRetries: Infinity, maxStalled: Infinity, timeout: undefined });
    const [job] = (await claim(1)).jobs;
    expect(job).toMatchObject({ maxRetries: Infinity, maxStalled: Infinity, timeout: undefined });
  });

  it('takes any number there is where it is asked for more than the server can count', async () => {
    await enqueue({}, {});
    expect((await claim(Number.MAX_SAFE_INTEGER)).jobs).toHaveLength(2);
  });

  it('goes through the parts of a line whose head is known, as far as it is asked', async () => {
    await own.client.query(
      `create or replace function ${own.schema}.mark_pace() returns integer language sql as $$ select 0 $$`,
    );
    // By then the mark names where the line of the usual priority begins, and so has three parts.
    for (let n = 0; n < 6; n++) {
      await enqueue({});
      await claim(1, (await claim(1)).jobs);
    }
    const { rows } = await own.client.query<{ parts: number }>(
      `select cardinality(m.begins) as parts from ${own.schema}.mark m join ${own.schema}.queue q on q.id = m.queue
        where q.name = $1 order by generation desc limit 1`,
      [queue],
    );
    expect(rows[0]?.parts).toBe(3);
    const [low, usual, high] = await enqueue({ priority: 1 }, {}, { priority: 19 });
    expect((await claim(2)).jobs.map(({ id }) => id)).toEqual([high, usual]);
    expect((await claim(2)).jobs.map(({ id }) => id)).toEqual([low]);
  });

  it('tells when the next job is due once what it settles is gone', async () => {
    await enqueue({}, { dueAt: Date.now() + 7_200_000 });
    const { jobs, nextInMs } = await claim(1);
    expect(nextInMs).toBeLessThanOrEqual(LEASE);
    expect((await claim(1, jobs)).nextInMs).toBeGreaterThan(2 * LEASE);
  });

  it('settles also where something is overdue, and says what came too late', async () => {
    await enqueue({}, {});
    const { jobs } = await claim(2);
    const [first, second] = jobs as [ClaimedJob, ClaimedJob];
    await own.client.query(`update ${own.schema}.job set fence = fence + 1 where id = $1`, [second.id]);
    const [due] = await enqueue({ dueAt: Date.now() + 60_000 });
    await own.client.query(`update ${own.schema}.job set moment = 1 where id = $1`, [due]);
    const { jobs: next, verdicts } = await claim(1, [first, second]);
    expect(verdicts).toEqual(['applied', 'stale']);
    expect(next.map(({ id }) => id)).toEqual([due]);
  });

  it('tells of jobs that have ended with nobody in hand of them', async () => {
    const [parent] = await enqueue({});
    const dependsOn = { jobs: [{ queue, id: parent ?? '' }], onFailure: 'fail' } as const;
    const [child] = await enqueue({ dependsOn });
    await own.backend.cancel([{ queue, id: parent ?? '' }], 'no more');
    expect((await claim(1)).ended?.map(({ id }) => id)).toEqual([child]);
  });

  it('leaves the turns of keys to the claim that counts them', async () => {
    await enqueue({ key: 'a' }, { key: 'b' });
    await claim(2);
    const flows = `select count(*)::int as n from ${own.schema}.flow f join ${own.schema}.queue q on q.id = f.queue where q.name = $1`;
    const before = await own.client.query<{ n: number }>(flows, [queue]);
    expect(before.rows[0]?.n).toBe(2);
    // It finds that nobody is in line.
    await claim(1);
    const after = await own.client.query<{ n: number }>(flows, [queue]);
    expect(after.rows[0]?.n).toBe(0);
  });

  it('leaves the commit of a transaction of the caller as it is', async () => {
    await enqueue({});
    await own.client.query('begin');
    await own.backend.claim({ worker: 'w', lease: LEASE, take: [{ queue, limit: 1 }], tx: own.client });
    const { rows } = await own.client.query<{ synchronous_commit: string }>('show synchronous_commit');
    await own.client.query('commit');
    expect(rows[0]?.synchronous_commit).toBe('on');
  });
});

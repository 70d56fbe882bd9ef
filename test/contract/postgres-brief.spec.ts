import { describe, expect, it } from 'vitest';
import type { ClaimedJob } from '../../lib/contract/index.js';
import { aJob } from '../../lib/testing/index.js';
import { ownPostgresQueue } from './own-postgres-queue.js';

const QUEUE = 'mail';
const LEASE = 60_000;

describe('on a queue of PostgreSQL that keeps no completed jobs', () => {
  const own = ownPostgresQueue([{ name: QUEUE, retention: { completedMax: 0 } }]);

  const take = async (): Promise<ClaimedJob> => {
    const { jobs } = await own.backend.claim({
      worker: 'w',
      lease: LEASE,
      take: [{ queue: QUEUE, limit: 1 }],
    });
    return jobs[0] as ClaimedJob;
  };

  const complete = ({ receipt }: ClaimedJob, result?: string) =>
    own.backend.claim({
      worker: 'w',
      lease: LEASE,
      take: [],
      settle: [{ receipt, outcome: { kind: 'completed', result } }],
    });

  const rowsOf = async (table: 'finished' | 'tombstone', id: string): Promise<number> => {
    const { rows } = await own.client.query<{ n: number }>(
      `select count(*)::int as n from ${own.schema}.${table} where id = $1`,
      [id],
    );
    return rows[0]?.n ?? 0;
  };

  it('a completed job leaves how it ended, and no record', async () => {
    const job = aJob({ queue: QUEUE });
    await own.backend.enqueue([job]);
    await complete(await take());
    expect([await rowsOf('finished', job.id), await rowsOf('tombstone', job.id)]).toEqual([0, 1]);
  });

  it('one whose id has ended before is completed like any other', async () => {
    const job = aJob({ queue: QUEUE });
    for (let run = 1; run <= 2; run++) {
      await own.backend.enqueue([job]);
      expect((await complete(await take())).verdicts).toEqual(['applied']);
    }
    expect((await own.backend.inspect([QUEUE]))[0]?.counts.running).toBe(0);
  });

  it('two runs of one job that end together are told apart', async () => {
    await own.backend.enqueue([aJob({ queue: QUEUE })]);
    const zombie = await take();
    const again = { kind: 'retry', in: 0, error: { name: 'Error', message: 'again', at: 0 } } as const;
    await own.backend.claim({
      worker: 'w',
      lease: LEASE,
      take: [],
      settle: [{ receipt: zombie.receipt, outcome: again }],
    });
    const heir = await take();
    const { verdicts } = await own.backend.claim({
      worker: 'w',
      lease: LEASE,
      take: [{ queue: QUEUE, limit: 1 }],
      settle: [zombie, heir].map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' } })),
    });
    expect(verdicts[0]).not.toBe('applied');
    expect(verdicts[1]).toBe('applied');
  });

  it('one that another depends on leaves what that one needs', async () => {
    const parent = aJob({ queue: QUEUE });
    const dependsOn = { jobs: [{ queue: QUEUE, id: parent.id }], onFailure: 'fail' } as const;
    await own.backend.enqueue([parent, aJob({ queue: QUEUE, dependsOn })]);
    await complete(await take(), '"from the parent"');
    const child = await take();
    expect(child.extra?.parents).toMatchObject([{ state: 'completed', result: '"from the parent"' }]);
    await complete(child);
  });

  it('one that another comes to depend on in that moment leaves what that one needs', async () => {
    const parent = aJob({ queue: QUEUE });
    await own.backend.enqueue([parent]);
    const taken = await take();
    const dependsOn = { jobs: [{ queue: QUEUE, id: parent.id }], onFailure: 'fail' } as const;
    await own.client.query('begin');
    await own.backend.enqueue([aJob({ queue: QUEUE, dependsOn })], { tx: own.client });
    const completed = complete(taken, '"from the parent"');
    // It waits by now for the transaction in which the other is entered.
    for (let waits = 0; waits === 0;) {
      // Within a transaction the server shows what it has shown before.
      await own.client.query('select pg_stat_clear_snapshot()');
      const { rows } = await own.client.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and query like $1`,
        [`%"${own.schema}".claim(%`],
      );
      waits = rows[0]?.n ?? 0;
    }
    await own.client.query('commit');
    expect((await completed).verdicts).toEqual(['applied']);
    const child = await take();
    expect(child.extra?.parents).toMatchObject([{ state: 'completed', result: '"from the parent"' }]);
    await complete(child);
  });
});

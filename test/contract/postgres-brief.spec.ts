import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClaimedJob } from '../../lib/contract/index.js';
import { PostgresDatabase } from '../../lib/backends/postgres/database.js';
import { PostgresQueueBackend } from '../../lib/backends/postgres/postgres-queue-backend.js';
import { aJob } from '../../lib/testing/index.js';
import { dropSchema, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { postgresSettings } from './postgres-harness.js';

const QUEUE = 'mail';
const LEASE = 60_000;

describe('on a queue of PostgreSQL that keeps no completed jobs', () => {
  const schema = uniqueSchema();
  let url: string;
  let client: pg.Client;
  let backend: PostgresQueueBackend;

  beforeAll(async () => {
    ({ url } = await sharedPostgres());
    client = new pg.Client({ connectionString: url });
    await client.connect();
    backend = new PostgresQueueBackend(
      new PostgresDatabase(postgresSettings({ url }, schema), () => undefined),
    );
    backend.declare([{ name: QUEUE, retention: { completedMax: 0 } }]);
    await backend.open();
  });

  afterAll(async () => {
    await backend.close();
    await client.end();
    await dropSchema(url, schema);
  });

  const take = async (): Promise<ClaimedJob> => {
    const { jobs } = await backend.claim({ worker: 'w', lease: LEASE, take: [{ queue: QUEUE, limit: 1 }] });
    return jobs[0] as ClaimedJob;
  };

  const complete = ({ receipt }: ClaimedJob, result?: string) =>
    backend.claim({
      worker: 'w',
      lease: LEASE,
      take: [],
      settle: [{ receipt, outcome: { kind: 'completed', result } }],
    });

  const rowsOf = async (table: 'finished' | 'tombstone', id: string): Promise<number> => {
    const { rows } = await client.query<{ n: number }>(
      `select count(*)::int as n from ${schema}.${table} where id = $1`,
      [id],
    );
    return rows[0]?.n ?? 0;
  };

  it('a completed job leaves how it ended, and no record', async () => {
    const job = aJob({ queue: QUEUE });
    await backend.enqueue([job]);
    await complete(await take());
    expect([await rowsOf('finished', job.id), await rowsOf('tombstone', job.id)]).toEqual([0, 1]);
  });

  it('one whose id has ended before is completed like any other', async () => {
    const job = aJob({ queue: QUEUE });
    for (let run = 1; run <= 2; run++) {
      await backend.enqueue([job]);
      expect((await complete(await take())).verdicts).toEqual(['applied']);
    }
    expect((await backend.inspect([QUEUE]))[0]?.counts.running).toBe(0);
  });

  it('one that another depends on leaves what that one needs', async () => {
    const parent = aJob({ queue: QUEUE });
    const dependsOn = { jobs: [{ queue: QUEUE, id: parent.id }], onFailure: 'fail' } as const;
    await backend.enqueue([parent, aJob({ queue: QUEUE, dependsOn })]);
    await complete(await take(), '"from the parent"');
    const child = await take();
    expect(child.extra?.parents).toMatchObject([{ state: 'completed', result: '"from the parent"' }]);
    await complete(child);
  });

  it('one that another comes to depend on in that moment leaves what that one needs', async () => {
    const parent = aJob({ queue: QUEUE });
    await backend.enqueue([parent]);
    const taken = await take();
    const dependsOn = { jobs: [{ queue: QUEUE, id: parent.id }], onFailure: 'fail' } as const;
    await client.query('begin');
    await backend.enqueue([aJob({ queue: QUEUE, dependsOn })], { tx: client });
    const completed = complete(taken, '"from the parent"');
    // It waits by now for the transaction in which the other is entered.
    for (let waits = 0; waits === 0;) {
      const { rows } = await client.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and query like $1`,
        [`%"${schema}".claim(%`],
      );
      waits = rows[0]?.n ?? 0;
    }
    await client.query('commit');
    expect((await completed).verdicts).toEqual(['applied']);
    const child = await take();
    expect(child.extra?.parents).toMatchObject([{ state: 'completed', result: '"from the parent"' }]);
    await complete(child);
  });
});

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresDatabase } from '../../lib/backends/postgres/database.js';
import { PostgresQueueBackend } from '../../lib/backends/postgres/postgres-queue-backend.js';
import { aJob } from '../../lib/testing/index.js';
import { dropSchema, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { postgresSettings } from './postgres-harness.js';

const QUEUE = 'mail';
const JOBS = 2_500;
const KEPT = 10;
/** What one statement may drop. */
const BATCH = 1_000;

describe('finished jobs that are over the bounds of their queue', () => {
  const schema = uniqueSchema();
  let url: string;
  let admin: pg.Client;
  const open = async (): Promise<PostgresQueueBackend> => {
    const database = new PostgresDatabase(postgresSettings({ url }, schema), () => undefined);
    const backend = new PostgresQueueBackend(database);
    backend.declare([{ name: QUEUE, retention: { completedMax: KEPT } }]);
    await backend.open();
    return backend;
  };
  const finished = async (): Promise<number> => {
    const { rows } = await admin.query<{ n: number }>(`select count(*)::int as n from ${schema}.finished`);
    return rows[0]?.n ?? 0;
  };
  const complete = async (backend: PostgresQueueBackend, count: number): Promise<void> => {
    await backend.enqueue(Array.from({ length: count }, () => aJob({ queue: QUEUE })));
    const request = { worker: 'w', lease: 60_000 };
    const { jobs } = await backend.claim({ ...request, take: [{ queue: QUEUE, limit: count }] });
    const settle = jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' } as const }));
    await backend.claim({ ...request, take: [], settle });
  };

  beforeAll(async () => {
    ({ url } = await sharedPostgres());
    admin = new pg.Client({ connectionString: url });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await dropSchema(url, schema);
  });

  it('are not dropped by the call that finishes them, and by no statement more than a thousand', async () => {
    const backend = await open();
    await complete(backend, JOBS);
    // Nobody drops any more beside what is asked for here.
    await backend.close();
    const before = await finished();
    expect(before).toBe(JOBS);
    const { rows } = await admin.query<{ more: boolean }>(
      `select ${schema}.trim(id, ${BATCH}) as more from ${schema}.queue`,
    );
    expect([rows[0]?.more, before - (await finished())]).toEqual([true, BATCH]);
  });

  it('are dropped soon, beside the calls', async () => {
    const backend = await open();
    await complete(backend, 1);
    await expect.poll(finished, { timeout: 10_000 }).toBe(KEPT);
    await backend.close();
  });

  it('leave so many tombstones and no more, however many there were at once', async () => {
    const backend = await open();
    await admin.query(
      `insert into ${schema}.tombstone select id, 'old-' || n, 7, ${schema}.now_ms() - 60000 + n from ${schema}.queue, generate_series(1, 50000) n`,
    );
    const tombstones = async () => {
      const { rows } = await admin.query<{ n: number }>(`select count(*)::int as n from ${schema}.tombstone`);
      return rows[0]?.n;
    };
    await complete(backend, 1);
    await expect.poll(tombstones, { timeout: 15_000 }).toBe(10_000);
    await backend.close();
  });

  it('leave tables that are swept closely, whatever the server does elsewhere', async () => {
    const { rows } = await admin.query<{ name: string; options: string[] }>(
      `select relname as name, reloptions as options from pg_class where relnamespace = $1::regnamespace and relkind = 'r'`,
      [schema],
    );
    const optionsOf = (table: string) => rows.find(({ name }) => name === table)?.options ?? [];
    const CLOSE = ['autovacuum_vacuum_scale_factor=0.01', 'autovacuum_vacuum_cost_delay=0'];
    expect(optionsOf('job')).toEqual(expect.arrayContaining(CLOSE));
    expect(optionsOf('outbox')).toEqual(expect.arrayContaining(CLOSE));
    expect(optionsOf('finished')).toContain('autovacuum_vacuum_scale_factor=0.05');
  });
});

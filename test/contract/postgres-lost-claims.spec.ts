import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresDatabase } from '../../lib/backends/postgres/database.js';
import { PostgresQueueBackend } from '../../lib/backends/postgres/postgres-queue-backend.js';
import type { ClaimedJob, Receipt } from '../../lib/contract/index.js';
import { aJob } from '../../lib/testing/index.js';
import { startPostgres } from '../servers/postgres.mjs';
import { postgresSettings } from './postgres-harness.js';

const QUEUE = 'mail';
const PATIENCE = 60_000;

describe('a server of PostgreSQL that dies', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let backend: PostgresQueueBackend;

  beforeAll(async () => {
    // What nobody waits for is not written by itself for as long as the test runs.
    server = await startPostgres({ settings: { wal_writer_delay: '10s', autovacuum: 'off' } });
    backend = open();
    await backend.open();
  }, PATIENCE);

  afterAll(async () => {
    await backend.close();
    await server.stop();
  }, PATIENCE);

  const open = () => {
    const settings = postgresSettings({ url: server.url }, 'tasks');
    return new PostgresQueueBackend(new PostgresDatabase(settings, () => undefined));
  };

  const take = async (): Promise<ClaimedJob | undefined> => {
    const { jobs } = await backend.claim({
      worker: 'w',
      lease: PATIENCE,
      take: [{ queue: QUEUE, limit: 1 }],
    });
    return jobs[0];
  };

  const complete = async (receipt: Receipt) => {
    const settle = [{ receipt, outcome: { kind: 'completed' as const } }];
    return (await backend.claim({ worker: 'w', lease: PATIENCE, take: [], settle })).verdicts;
  };

  /** As workers do. */
  const completeAndTake = async (receipt: Receipt) => {
    const settle = [{ receipt, outcome: { kind: 'completed' as const } }];
    const take = [{ queue: QUEUE, limit: 1 }];
    return (await backend.claim({ worker: 'w', lease: PATIENCE, take, settle })).verdicts;
  };

  const stateOf = async ({ id }: ClaimedJob) => (await backend.get([{ queue: QUEUE, id }]))[0]?.state;

  const die = async () => {
    await backend.close();
    await server.kill();
    await server.start();
    backend = open();
    await backend.open();
  };

  it(
    'takes a claim along that nothing was written after: the job waits again, and who had it is late',
    async () => {
      const job = aJob({ queue: QUEUE });
      await backend.enqueue([job]);
      const lost = (await take()) as ClaimedJob;
      await die();
      const again = (await take()) as ClaimedJob;
      expect(again).toMatchObject({ id: job.id, attempt: 1 });
      expect(await complete(lost.receipt)).toEqual(['stale']);
      expect(await complete(again.receipt)).toEqual(['applied']);
    },
    PATIENCE,
  );

  it(
    'leaves a claim that something was written after, and every outcome',
    async () => {
      await backend.enqueue([aJob({ queue: QUEUE }), aJob({ queue: QUEUE })]);
      const done = (await take()) as ClaimedJob;
      const held = (await take()) as ClaimedJob;
      expect(await complete(done.receipt)).toEqual(['applied']);
      await die();
      expect(await take()).toBeUndefined();
      expect(await complete(held.receipt)).toEqual(['applied']);
    },
    PATIENCE,
  );

  it(
    'leaves an outcome that went along with a claim',
    async () => {
      await backend.enqueue([aJob({ queue: QUEUE })]);
      const done = (await take()) as ClaimedJob;
      expect(await completeAndTake(done.receipt)).toEqual(['applied']);
      await die();
      expect(await stateOf(done)).toBe('completed');
    },
    PATIENCE,
  );

  it(
    'leaves an outcome that went along with a claim while somebody else does what is overdue',
    async () => {
      await backend.enqueue([aJob({ queue: QUEUE })]);
      const done = (await take()) as ClaimedJob;
      const other = new pg.Client({ connectionString: server.url });
      await other.connect();
      const due = aJob({ queue: QUEUE, dueAt: Date.now() + PATIENCE });
      await backend.enqueue([due]);
      await other.query('update tasks.job set moment = 1 where id = $1', [due.id]);
      await other.query('begin');
      await other.query('select tasks.lock_queue(id) from tasks.queue where name = $1', [QUEUE]);
      expect(await completeAndTake(done.receipt)).toEqual(['applied']);
      await other.end();
      await die();
      expect(await stateOf(done)).toBe('completed');
    },
    PATIENCE,
  );
});

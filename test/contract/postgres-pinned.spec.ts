import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedJob, NewJob, QueueDefinition, Settlement } from '../../lib/contract/index.js';
import { PostgresDatabase } from '../../lib/backends/postgres/database.js';
import { PostgresQueueBackend } from '../../lib/backends/postgres/postgres-queue-backend.js';
import { aJob } from '../../lib/testing/index.js';
import { type OwnDatabase, ownDatabase, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { postgresSettings } from './postgres-harness.js';

const QUEUE = 'mail';
const BATCH = 1_000;
const LEASE = 60_000;
/** As DESIGN has it: what a claim touches may grow to so many times of what it was. */
const GROWTH = 3;

const completed = ({ receipt }: ClaimedJob): Settlement => ({ receipt, outcome: { kind: 'completed' } });

interface Explained {
  readonly 'QUERY PLAN': readonly [
    { readonly Plan: { readonly 'Shared Hit Blocks': number; readonly 'Shared Read Blocks': number } },
  ];
}

interface Case {
  readonly title: string;
  /** What the transaction does before it stays open. */
  readonly begins: string;
  readonly jobs: number;
  readonly queue?: Partial<QueueDefinition>;
  readonly job: (n: number) => Partial<NewJob>;
}

const SNAPSHOT = 'begin isolation level repeatable read; select count(*) from pg_class';
/** It has an id of its own, as every transaction that writes. */
const WRITER = 'begin; select pg_current_xact_id()';

describe('a claim on PostgreSQL while a transaction elsewhere stays open', () => {
  let database: OwnDatabase;
  let schema: string;
  let client: pg.Client;
  let elsewhere: pg.Client;
  let backend: PostgresQueueBackend;

  beforeAll(async () => {
    const { url } = await sharedPostgres();
    // The transaction holds back what is dead in its whole database: other suites count their blocks, too.
    database = await ownDatabase(url);
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    const { url } = database;
    schema = uniqueSchema();
    [client, elsewhere] = [
      new pg.Client({ connectionString: url }),
      new pg.Client({ connectionString: url }),
    ];
    await Promise.all([client.connect(), elsewhere.connect()]);
    const settings = postgresSettings({ url }, schema);
    backend = new PostgresQueueBackend(new PostgresDatabase(settings, () => undefined));
  });

  afterEach(async () => {
    await elsewhere.end();
    await backend.close();
    await client.end();
  });

  async function blocks(): Promise<number> {
    const take = JSON.stringify([{ queue: QUEUE, limit: 100 }]);
    const { rows } = await client.query<Explained>(
      `explain (analyze, buffers, format json)
        select * from ${schema}.claim('worker', ${LEASE}, null, '{}', '{}', '{}', '{}', '[]', '${take}', true)`,
    );
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    return (plan?.['Shared Hit Blocks'] ?? Infinity) + (plan?.['Shared Read Blocks'] ?? Infinity);
  }

  /** The median of a few: one in some goes a step with the mark. */
  async function usualBlocks(): Promise<number> {
    const all: number[] = [];
    for (let n = 0; n < 5; n++) all.push(await blocks());
    return all.toSorted((a, b) => a - b)[2] as number;
  }

  it.each<Case>([
    { title: 'plain jobs go by, and it reads', begins: SNAPSHOT, jobs: 100_000, job: () => ({}) },
    { title: 'plain jobs go by, and it has written', begins: WRITER, jobs: 20_000, job: () => ({}) },
    {
      title: 'jobs of all priorities go by',
      begins: SNAPSHOT,
      jobs: 20_000,
      job: (n) => ({ priority: n % 21 }),
    },
    { title: 'delayed jobs go by', begins: SNAPSHOT, jobs: 20_000, job: () => ({ delay: 1 }) },
    {
      title: 'the queue has a concurrency',
      begins: SNAPSHOT,
      jobs: 20_000,
      queue: { concurrency: 100_000 },
      job: () => ({}),
    },
  ])(
    'touches at most three times the blocks after $jobs jobs: $title',
    { timeout: 240_000 },
    async ({ begins, jobs, queue, job }) => {
      backend.declare([{ name: QUEUE, ...queue, retention: { completedMax: 0 } }]);
      await backend.open();
      const enqueue = (from: number, count: number) =>
        backend.enqueue(Array.from({ length: count }, (_, n) => aJob({ queue: QUEUE, ...job(from + n) })));
      const run = async (count: number): Promise<void> => {
        let settle: Settlement[] = [];
        for (let done = 0, came = 0; done < count; done += settle.length) {
          if (came - done < BATCH) {
            await enqueue(came, BATCH);
            came += BATCH;
          }
          const claim = await backend.claim({
            worker: 'worker',
            lease: LEASE,
            take: [{ queue: QUEUE, limit: 250 }],
            settle,
          });
          settle = claim.jobs.map(completed);
        }
        await backend.claim({ worker: 'worker', lease: LEASE, take: [], settle });
      };
      await run(BATCH);
      await enqueue(0, 2 * BATCH);
      await elsewhere.query(begins);
      const before = await usualBlocks();
      await run(jobs);
      await enqueue(0, BATCH);
      expect(await usualBlocks()).toBeLessThan(GROWTH * before);
    },
  );
});

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClaimedJob, Settlement } from '../../lib/contract/index.js';
import { PostgresDatabase } from '../../lib/backends/postgres/database.js';
import { PostgresQueueBackend } from '../../lib/backends/postgres/postgres-queue-backend.js';
import { aJob } from '../../lib/testing/index.js';
import { type OwnDatabase, ownDatabase, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { postgresSettings } from './postgres-harness.js';

const QUEUE = 'mail';
const BATCH = 1_000;
const BATCHES = 15;
/** Far below what a scan of either table reads, with room for the catalogue that a first call looks up. */
const FEW = 400;

const completed = ({ receipt }: ClaimedJob): Settlement => ({ receipt, outcome: { kind: 'completed' } });

/** Blocks that a statement reads, whether they are in memory or not: what does not hang on the machine. */
interface Explained {
  readonly 'QUERY PLAN': readonly [
    { readonly Plan: { readonly 'Shared Hit Blocks': number; readonly 'Shared Read Blocks': number } },
  ];
}

describe('plans on PostgreSQL that were made while the tables were empty', () => {
  const schema = uniqueSchema();
  let database: OwnDatabase;
  let client: pg.Client;
  let backend: PostgresQueueBackend;

  beforeAll(async () => {
    const { url } = await sharedPostgres();
    // Whatever transaction is open elsewhere in a database holds back what is dead in all of it.
    database = await ownDatabase(url);
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const settings = postgresSettings({ url: database.url }, schema);
    backend = new PostgresQueueBackend(new PostgresDatabase(settings, () => undefined));
    backend.declare([{ name: QUEUE, retention: { completedMax: BATCH * BATCHES } }]);
    await backend.open();
    // A server keeps the plan of a statement of a function when the connection has used it five times.
    for (let n = 0; n < 8; n++) {
      await client.query(`select ${schema}.${enqueuedAndClaimed(`early-${n}`)}`);
      await enqueue(3);
      const jobs = [...(await take(1)), ...(await take(1, ['other']))];
      await settle(jobs);
      await settle(jobs);
    }
    for (let n = 0; n < BATCHES; n++) {
      await enqueue(2 * BATCH);
      await settle(await take(BATCH));
    }
  }, 120_000);

  afterAll(async () => {
    await backend.close();
    await client.end();
    await database.drop();
  });

  /** All on one connection: each has plans of its own. */
  async function enqueue(count: number): Promise<void> {
    const jobs = Array.from({ length: count }, (_, n) => aJob({ queue: QUEUE, priority: n % 21 }));
    await joined(() => backend.enqueue(jobs, { tx: client }));
  }

  /** @param others Queues to ask besides: that is another statement. */
  async function take(limit: number, others: readonly string[] = []): Promise<readonly ClaimedJob[]> {
    const take = [QUEUE, ...others].map((queue) => ({ queue, limit }));
    return (await joined(() => backend.claim({ worker: 'worker', lease: 600_000, take, tx: client }))).jobs;
  }

  async function settle(jobs: readonly ClaimedJob[]): Promise<void> {
    const settle = jobs.map(completed);
    await joined(() => backend.claim({ worker: 'worker', lease: 600_000, take: [], settle, tx: client }));
  }

  async function joined<T>(step: () => Promise<T>): Promise<T> {
    await client.query('begin');
    const result = await step();
    await client.query('commit');
    return result;
  }

  async function blocksOf(call: string): Promise<number> {
    const { rows } = await client.query<Explained>(
      `explain (analyze, buffers, format json) select * from ${schema}.${call}`,
    );
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    return (plan?.['Shared Hit Blocks'] ?? Infinity) + (plan?.['Shared Read Blocks'] ?? Infinity);
  }

  const settling = ({ id }: { id: string }, fence: string): string =>
    `claim('worker', 60000, null, (select array[id] from ${schema}.queue where name = '${QUEUE}'), array['${id}'], array[${fence}]::bigint[], array[null], '[]', '[]', true)`;

  const enqueuedAndClaimed = (id: string, queue = QUEUE): string =>
    `enqueue_and_claim('w', 60000, '${queue}', '${id}', 'a', 'json', 1, 5::smallint, 3, 3, null, null, '1', null)`;

  it('claim one job from the head of the line for an enqueue', async () => {
    // Whoever reads first marks what is gone from there.
    await take(1);
    expect(await blocksOf(enqueuedAndClaimed('one'))).toBeLessThan(FEW);
  });

  it('find that nobody is in line without reading what runs or is due later', async () => {
    await joined(() => backend.enqueue([aJob({ queue: 'quiet' })], { tx: client }));
    await client.query(
      `insert into ${schema}.job (queue, id, state, priority, place, moment, created_at, name, codec, version)
        select q.id, 'later-' || n, 3, 5, n, 9000000000000, 0, 'a', 'json', 1 from ${schema}.queue q, generate_series(1, 10000) n
        where q.name = 'quiet'`,
    );
    await client.query(
      `delete from ${schema}.job j using ${schema}.queue q where q.id = j.queue and q.name = 'quiet' and state = 0`,
    );
    expect(await blocksOf(enqueuedAndClaimed('quiet', 'quiet'))).toBeLessThan(FEW / 10);
  });

  const takes = JSON.stringify([{ queue: QUEUE, limit: 100 }]);

  it.each([
    ['of one queue', `claim_one('worker', 60000, '{}', '{}', '{}', '{}', '${QUEUE}', 100, true)`],
    ['of any', `claim('worker', 60000, null, '{}', '{}', '{}', '{}', '[]', '${takes}', true)`],
  ])('claim a hundred jobs of thousands from the head of the line: %s', async (_which, call) => {
    expect(await blocksOf(call)).toBeLessThan(100 * 30);
  });

  it('find one running job among all of them to settle it', async () => {
    const [job] = await take(1);
    expect(await blocksOf(settling(job as ClaimedJob, (job as ClaimedJob).fence))).toBeLessThan(FEW);
  });

  it('find one finished job among thousands whose settlement comes too late', async () => {
    const { items } = await backend.find({ queue: QUEUE, states: ['completed'], limit: 1 });
    expect(await blocksOf(settling(items[0] as { id: string }, '1'))).toBeLessThan(FEW);
  });

  it('look up one job by its id', async () => {
    const { items } = await backend.find({ queue: QUEUE, states: ['completed'], limit: 1 });
    expect(await blocksOf(`get_jobs(array['${QUEUE}'], array['${items[0]?.id}'])`)).toBeLessThan(FEW);
  });

  it.each(['pending', 'completed'])(
    'list a page of %s jobs without reading those behind it',
    async (state) => {
      const call = `find_jobs('${QUEUE}', array['${state}'], true, 10, null, null, null, null, null)`;
      expect(await blocksOf(call)).toBeLessThan(2 * FEW);
    },
  );
});

import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClaimedJob, type NewJob, Priority, type Settlement } from '../../lib/contract/index.js';
import { PostgresDatabase } from '../../lib/backends/postgres/database.js';
import { PostgresQueueBackend } from '../../lib/backends/postgres/postgres-queue-backend.js';
import { aJob } from '../../lib/testing/index.js';
import { dropSchema, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { postgresSettings } from './postgres-harness.js';

const QUEUE = 'mail';
/** Where the floor of delayed jobs is. */
const SCHEDULED = 21;
/** And where that of leases is. */
const RUNNING = 22;
const completed = ({ receipt }: ClaimedJob): Settlement => ({ receipt, outcome: { kind: 'completed' } });
const released = ({ receipt }: ClaimedJob): Settlement => ({
  receipt,
  outcome: { kind: 'released', countAttempt: false },
});

describe('marks of lines on PostgreSQL', () => {
  let schema: string;
  let url: string;
  let client: pg.Client;
  let backend: PostgresQueueBackend;

  beforeEach(async () => {
    ({ url } = await sharedPostgres());
    schema = uniqueSchema();
    client = new pg.Client({ connectionString: url });
    await client.connect();
    backend = new PostgresQueueBackend(
      new PostgresDatabase(postgresSettings({ url }, schema), () => undefined),
    );
    await backend.open();
    backend.declare([{ name: QUEUE }]);
    // Every claim moves the marks on.
    await client.query(
      `create or replace function ${schema}.mark_pace() returns integer language sql as $$ select 0 $$`,
    );
  });

  afterEach(async () => {
    await backend.close();
    await client.end();
    await dropSchema(url, schema);
  });

  async function take(limit = 1, lease = 60_000): Promise<readonly ClaimedJob[]> {
    return (await backend.claim({ worker: 'w', lease, take: [{ queue: QUEUE, limit }] })).jobs;
  }

  const settle = async (settlement: Settlement): Promise<unknown> =>
    backend.claim({ worker: 'w', lease: 60_000, take: [], settle: [settlement] });

  /** Runs jobs one by one, so that marks get as far as they can. */
  async function goOn(count = 8): Promise<void> {
    for (let n = 0; n < count; n++) {
      await backend.enqueue([aJob({ queue: QUEUE })]);
      for (const job of await take()) await settle(completed(job));
    }
  }

  /** The clock of the server, as far as the schema looks at it. */
  async function setClock(ahead: string): Promise<void> {
    await client.query(
      `create or replace function ${schema}.now_ms() returns bigint language sql volatile as $$
         select floor(extract(epoch from clock_timestamp() + interval '${ahead}') * 1000)::bigint $$`,
    );
  }

  async function floors(): Promise<readonly (string | null)[]> {
    const { rows } = await client.query<{ floors: (string | null)[] }>(
      `select floors from ${schema}.mark order by generation desc limit 1`,
    );
    return rows[0]?.floors ?? [];
  }

  it('follow the head of the line', async () => {
    await goOn();
    const before = Number((await floors())[Priority.NORMAL]);
    await goOn();
    expect(Number((await floors())[Priority.NORMAL])).toBeGreaterThan(before);
  });

  it('stay behind a job whose transaction is not committed yet', async () => {
    await goOn();
    const late = aJob({ queue: QUEUE });
    await client.query('begin');
    await backend.enqueue([late], { tx: client });
    await goOn();
    await client.query('commit');
    expect((await take(1)).map(({ id }) => id)).toEqual([late.id]);
  });

  it('stay behind a delayed job whose transaction is committed after its moment', async () => {
    await goOn();
    const late = aJob({ queue: QUEUE, delay: 1 });
    await client.query('begin');
    await backend.enqueue([late], { tx: client });
    await goOn();
    await client.query('commit');
    expect((await take(1)).map(({ id }) => id)).toEqual([late.id]);
  });

  it.each([
    ['by itself', (delayed: NewJob) => [delayed]],
    ['beside one that is not', (delayed: NewJob) => [aJob({ queue: QUEUE }), delayed]],
    ['after one that is due later', (delayed: NewJob) => [aJob({ queue: QUEUE, delay: 60_000 }), delayed]],
    [
      'beside one with an idempotency key',
      (delayed: NewJob) => [aJob({ queue: QUEUE, idempotency: { key: 'once', ttl: 60_000 } }), delayed],
    ],
  ])(
    'go back for a delayed job that is enqueued after the clock of the server was set back: %s',
    async (_title, batchOf) => {
      await setClock('10 s');
      await goOn();
      expect(Number((await floors())[SCHEDULED])).toBeGreaterThan(Date.now() + 5_000);
      await setClock('0 s');
      const delayed = aJob({ queue: QUEUE, delay: 50 });
      await backend.enqueue(batchOf(delayed));
      const ids: string[] = [];
      await expect
        .poll(async () => {
          ids.push(...(await take(10)).map(({ id }) => id));
          return ids;
        })
        .toContain(delayed.id);
    },
  );

  it('go back for a job that is retried, and a dead letter, after the clock of the server was set back', async () => {
    await backend.enqueue([aJob({ queue: QUEUE }), aJob({ queue: QUEUE })]);
    const [retried, dead] = (await take(2)) as [ClaimedJob, ClaimedJob];
    await setClock('10 s');
    await goOn();
    await setClock('0 s');
    const error = { name: 'Error', message: 'broke' };
    await settle({ receipt: retried.receipt, outcome: { kind: 'retry', in: 50, error } });
    await settle({ receipt: dead.receipt, outcome: { kind: 'failed', error } });
    await backend.retryDead([dead], { delay: 50 });
    const ids: string[] = [];
    await expect
      .poll(async () => {
        ids.push(...(await take(10)).map(({ id }) => id));
        return ids.toSorted();
      })
      .toEqual([retried.id, dead.id].toSorted());
  });

  it('are not followed by one that was made of an older one, also where all between them were cleared away', async () => {
    await goOn();
    const newest =
      'select m::text as mark, m.queue, m.generation from mark m order by generation desc limit 1';
    await client.query(`set search_path to ${schema}`);
    const [before] = (await client.query<{ mark: string; queue: number; generation: string }>(newest)).rows;
    // Two who lower it, one after the other; the one of here has read the mark before both.
    for (const moment of [2_000, 1_000])
      await client.query('select lower_mark($1, 22, $2)', [before?.queue, moment]);
    const { rows } = await client.query<{ is_followed: boolean }>(
      'select follow_mark($1::mark) as is_followed',
      [before?.mark],
    );
    expect(rows).toEqual([{ is_followed: false }]);
    expect((await floors())[SCHEDULED]).toBe('1000');
    const { rowCount } = await client.query('select from mark where generation <= $1::bigint + 1', [
      before?.generation,
    ]);
    expect(rowCount).toBe(0);
  });

  it('go back for a job that is given back to its place', async () => {
    await backend.enqueue([aJob({ queue: QUEUE })]);
    const [job] = (await take()) as [ClaimedJob];
    await goOn();
    await settle(released(job));
    expect((await take()).map(({ id }) => id)).toEqual([job.id]);
  });

  it('go back for a lease that ends before all others', async () => {
    await backend.enqueue([aJob({ queue: QUEUE }), aJob({ queue: QUEUE })]);
    await take(1, 600_000);
    await goOn();
    const [job] = (await take(1, 100)) as [ClaimedJob];
    await expect.poll(async () => (await backend.recover()).recovered).toBe(1);
    expect((await take()).map(({ id }) => id)).toEqual([job.id]);
  });

  describe('where a claim goes along with an enqueue', () => {
    let jobs = 0;

    // The first call tells the database of the queue.
    beforeEach(() => backend.inspect([QUEUE]));

    /** @returns the id, and whether it was claimed */
    async function enqueueAndClaim(lease = 60_000): Promise<{ id: string; isClaimed: boolean }> {
      const id = `along-${++jobs}`;
      const { rows } = await client.query<{ id: string | null }>(
        `select * from ${schema}.enqueue_and_claim('w', $1, $2, $3, 'a', 'json', 1, 5::smallint, 3, 3, null, null, '1', null)`,
        [lease, QUEUE, id],
      );
      return { id, isClaimed: rows[0]?.id === id };
    }

    /** Claims jobs as they are enqueued, one by one, and forgets them. */
    async function goOnSo(lease?: number): Promise<void> {
      for (let n = 0; n < 8; n++) {
        const { id, isClaimed } = await enqueueAndClaim(lease);
        expect(isClaimed).toBe(true);
        await client.query(`delete from ${schema}.job where id = $1`, [id]);
      }
    }

    it('follow what runs', async () => {
      await goOn();
      const before = Number((await floors())[RUNNING]);
      await new Promise((resolve) => void setTimeout(resolve, 5));
      await goOnSo();
      expect(Number((await floors())[RUNNING])).toBeGreaterThan(before);
    });

    it('have a lease that ends before all others go to a claim, which lowers them', async () => {
      await enqueueAndClaim(600_000);
      await goOnSo(600_000);
      const floor = Number((await floors())[RUNNING]);
      expect(floor).toBeGreaterThan(Date.now() + 300_000);
      const { id, isClaimed } = await enqueueAndClaim(100);
      expect(isClaimed).toBe(false);
      expect((await take(1, 100)).map((job) => job.id)).toEqual([id]);
      // Not `recover`, which looks below the marks, too.
      await expect.poll(async () => (await take()).map((job) => job.id)).toEqual([id]);
    });

    it('do not hide a job that somebody else has made ready before', async () => {
      await goOn();
      await goOnSo();
      const first = aJob({ queue: QUEUE });
      await backend.enqueue([first]);
      const { id, isClaimed } = await enqueueAndClaim();
      expect(isClaimed).toBe(false);
      expect((await take(2)).map((job) => job.id)).toEqual([first.id, id]);
    });
  });
});

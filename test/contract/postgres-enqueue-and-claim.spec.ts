import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  BackendSubscription,
  Claim,
  ClaimedJob,
  ClaimRequest,
  NewJob,
  Receipt,
} from '../../lib/contract/index.js';
import { aJob } from '../../lib/testing/index.js';
import { ownPostgresQueue } from './own-postgres-queue.js';

const LEASE = 60_000;

describe('a lone enqueue on PostgreSQL, to a queue that the same process serves', () => {
  const own = ownPostgresQueue([
    { name: 'bounded', maxSize: 10 },
    { name: 'narrow', concurrency: 1 },
  ]);
  let queues = 0;
  let queue = '';
  let subscription: BackendSubscription | undefined;
  /** What is done the moment work is announced; nothing but while a test enqueues. */
  let onWork: (() => Promise<Claim>) | undefined;
  let made: Promise<Claim> | undefined;

  beforeEach(async () => {
    const name = `served-${++queues}`;
    own.backend.declare([{ name }]);
    // The first call tells the database of it, which announces the queue.
    await own.backend.inspect([name]);
    serve(name);
  });
  afterEach(() => subscription?.close());

  function serve(name: string, demand = 10): void {
    subscription?.close();
    queue = name;
    subscription = own.backend.subscribe(name, { demand }, () => {
      made ??= onWork?.();
    });
  }

  const request = (more: Partial<ClaimRequest> = {}): ClaimRequest => ({
    worker: 'w',
    lease: LEASE,
    take: [{ queue, limit: 10 }],
    ...more,
  });

  /** Enqueues, and claims when that announces work. */
  function call(job: NewJob, asked: ClaimRequest = request()) {
    made = undefined;
    onWork = () => own.backend.claim(asked);
    const verdicts = own.backend.enqueue([job]);
    onWork = undefined;
    return { verdicts, claim: made as Promise<Claim> | undefined };
  }

  /** The same, to its end. */
  async function enqueue(job: NewJob, asked?: ClaimRequest) {
    const { verdicts, claim } = call(job, asked);
    return { verdict: (await verdicts)[0], claim: await claim };
  }

  const stateOf = async (job: NewJob) => (await own.backend.get([{ queue, id: job.id }]))[0]?.state;
  const idsOf = (claim: Claim | undefined) => claim?.jobs.map(({ id }) => id);

  /** The queues of which somebody was told, in a time that ends with a word of our own. */
  async function heardDuring(step: () => Promise<unknown>): Promise<string[]> {
    const { rows } = await own.client.query<{ name: string }>(`select ${own.schema}.job_channel() as name`);
    const channel = rows[0]?.name as string;
    await own.client.query(`listen ${channel}`);
    const heard: string[] = [];
    const end = new Promise<void>((resolve) => {
      own.client.on('notification', ({ payload = '' }) =>
        payload === 'end' ? resolve() : heard.push(payload),
      );
    });
    await step();
    await own.client.query('select pg_notify($1, $2)', [channel, 'end']);
    await end;
    await own.client.query(`unlisten ${channel}`);
    own.client.removeAllListeners('notification');
    return heard;
  }

  it('takes the claim along that it calls for: one statement adds the job and hands it out, and nobody else is told', async () => {
    const job = aJob({ queue, payload: '{"n":1}' });
    const heard = await heardDuring(async () => {
      const { verdict, claim } = await enqueue(job);
      expect(verdict).toEqual({ status: 'created', id: job.id });
      expect(claim?.jobs).toMatchObject([{ queue, id: job.id, attempt: 1, payload: '{"n":1}' }]);
    });
    expect(heard).toEqual([]);
    expect(await stateOf(job)).toBe('running');
  });

  it('hands out a job as it was given, and as a claim hands it out', async () => {
    const words: Partial<NewJob> = {
      name: 'send',
      codec: 'bytes',
      version: 7,
      priority: 17,
      maxRetries: Infinity,
      maxStalled: 9,
      timeout: 1_234,
      headers: { 'x-tenant': 'acme' },
      payload: Uint8Array.of(0, 255),
    };
    const job = aJob({ queue, ...words });
    const { maxRetries, maxStalled, timeout, headers, ...rest } = words;
    const { claim } = await enqueue(job);
    const { jobs, nextInMs } = claim as Claim;
    expect(jobs).toMatchObject([
      {
        ...rest,
        maxRetries,
        maxStalled,
        timeout,
        queue,
        id: job.id,
        attempt: 1,
        stalls: 0,
        extra: { headers },
      },
    ]);
    expect(nextInMs).toBeUndefined();
    const [record] = await own.backend.get([job]);
    expect(record).toMatchObject({
      ...rest,
      queue,
      id: job.id,
      state: 'running',
      worker: 'w',
      fence: jobs[0]?.fence,
      createdAt: jobs[0]?.createdAt,
      startedAt: record?.createdAt,
    });
  });

  it('gives the job a lease, after which it runs again', async () => {
    const job = aJob({ queue });
    const { claim } = await enqueue(job);
    const [first] = (claim as Claim).jobs;
    await own.client.query(`update ${own.schema}.job set moment = 1 where id = $1`, [job.id]);
    const { jobs } = await own.backend.claim(request());
    expect(jobs).toMatchObject([{ id: job.id, attempt: 2, stalls: 1 }]);
    expect(BigInt(jobs[0]?.fence ?? 0)).toBeGreaterThan(BigInt(first?.fence ?? 0));
  });

  it('hands out a job that is settled like any other', async () => {
    const job = aJob({ queue });
    const { claim } = await enqueue(job);
    const [{ receipt }] = (claim as Claim).jobs as [ClaimedJob];
    const settle = [{ receipt, outcome: { kind: 'completed' } }] as const;
    expect((await own.backend.claim(request({ settle }))).verdicts).toEqual(['applied']);
    expect(await stateOf(job)).toBe('completed');
  });

  it('has those go first that stood in line before, and tells the others of the job when it is left', async () => {
    const urgent = aJob({ queue, priority: 9 });
    await own.backend.enqueue([urgent, aJob({ queue, priority: 9 })]);
    const job = aJob({ queue });
    const heard = await heardDuring(async () => {
      const { verdict, claim } = await enqueue(job, request({ max: 1 }));
      expect(verdict).toEqual({ status: 'created', id: job.id });
      expect(idsOf(claim)).toEqual([urgent.id]);
    });
    expect(await stateOf(job)).toBe('pending');
    expect(heard).toEqual([queue]);
  });

  it('is told of a job that was there already, and the claim takes what waits', async () => {
    const job = aJob({ queue });
    await own.backend.enqueue([job, aJob({ queue })]);
    const { verdict, claim } = await enqueue(job);
    expect(verdict).toEqual({ status: 'existing', id: job.id });
    expect(idsOf(claim)).toHaveLength(2);
  });

  it('does not overfill a queue of bounded size', async () => {
    serve('bounded');
    await own.backend.enqueue(Array.from({ length: 10 }, () => aJob({ queue, delay: 60_000 })));
    const { verdict, claim } = await enqueue(aJob({ queue }));
    expect(verdict).toMatchObject({ status: 'refused', code: 'TASKS_QUEUE_FULL' });
    expect(idsOf(claim)).toEqual([]);
  });

  it('has no more running than may', async () => {
    serve('narrow');
    const first = aJob({ queue });
    expect(idsOf((await enqueue(first)).claim)).toEqual([first.id]);
    const second = aJob({ queue });
    const { verdict, claim } = await enqueue(second);
    expect(verdict).toEqual({ status: 'created', id: second.id });
    expect(claim).toMatchObject({ jobs: [], limited: [{ queue, by: 'concurrency' }] });
    expect(await stateOf(second)).toBe('pending');
  });

  it('adds to a queue that is paused, and nobody gets the job', async () => {
    await own.backend.pause(queue);
    const job = aJob({ queue });
    const heard = await heardDuring(async () => {
      const { claim } = await enqueue(job);
      expect(claim).toMatchObject({ jobs: [], limited: [{ queue, by: 'paused' }] });
    });
    expect(await stateOf(job)).toBe('pending');
    expect(heard).toEqual([]);
  });

  it('does not lose what was claimed with it to a crash of the server: the commit is waited for', async () => {
    await own.backend.enqueue([aJob({ queue })]);
    await own.client.query('begin');
    await own.client.query(
      `select ${own.schema}.enqueue_and_claim('w', 60000, 10, $1, 'crash', 'a', 'json', 1, 5::smallint, 3, 3, null, null, '1', null)`,
      [queue],
    );
    const commit = await own.client.query<{ synchronous_commit: string }>('show synchronous_commit');
    await own.client.query('rollback');
    expect(commit.rows[0]?.synchronous_commit).toBe('on');
  });

  it('fails alone: the claim is made again, and takes what waits', async () => {
    const waiting = aJob({ queue });
    await own.backend.enqueue([waiting]);
    await own.client.query(`alter table ${own.schema}.job add constraint no_such check (name <> 'refused')`);
    const { verdicts, claim } = call(aJob({ queue, name: 'refused' }));
    await expect(verdicts).rejects.toThrow('23514');
    await own.client.query(`alter table ${own.schema}.job drop constraint no_such`);
    expect(idsOf(await claim)).toEqual([waiting.id]);
  });

  it('is waited for when the backend closes in that moment', async () => {
    const { backend, client, schema } = own;
    const job = aJob({ queue });
    const { verdicts } = call(job);
    const closed = backend.close();
    expect(await verdicts).toEqual([{ status: 'created', id: job.id }]);
    await closed;
    const { rows } = await client.query(`select from ${schema}.job where id = $1`, [job.id]);
    expect(rows).toHaveLength(1);
    await backend.open();
  });

  describe.each<[string, (job: NewJob) => { job?: NewJob; asked?: ClaimRequest; demand?: number }]>([
    [
      'when the claim brings along what has ended',
      () => ({ asked: request({ settle: [{ receipt: {} as Receipt, outcome: { kind: 'completed' } }] }) }),
    ],
    [
      'when the claim asks for particular jobs',
      ({ id }) => ({ asked: request({ take: [{ queue, limit: 1, ids: [id] }] }) }),
    ],
    [
      'when the claim asks another queue',
      () => ({ asked: request({ take: [{ queue: 'another', limit: 10 }] }) }),
    ],
    [
      'when the claim asks several queues',
      () => ({
        asked: request({
          take: [
            { queue, limit: 10 },
            { queue: 'another', limit: 10 },
          ],
        }),
      }),
    ],
    ['when the job is due later', (job) => ({ job: { ...job, delay: 60_000 } })],
    ['when nobody here wants jobs', () => ({ demand: 0 })],
  ])('goes alone %s', (_title, words) => {
    it('and is told to all who wait', async () => {
      const plain = aJob({ queue });
      const { job = plain, asked, demand } = words(plain);
      if (demand !== undefined) subscription?.setDemand(demand);
      const heard = await heardDuring(async () => {
        expect((await enqueue(job, asked)).verdict).toEqual({ status: 'created', id: job.id });
      });
      expect(heard).toEqual([queue]);
    });
  });
});

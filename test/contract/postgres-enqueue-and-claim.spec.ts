import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
  beforeAll(() => own.backend.inspect(['bounded', 'narrow']));
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
    expect(nextInMs).toBe(LEASE);
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

  it('has those go first that stood in line before: the job is announced, and the claim made for itself', async () => {
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

  it('does what is overdue before, and says when the next is due', async () => {
    const [due, later] = [aJob({ queue, priority: 9, delay: 60_000 }), aJob({ queue, delay: 30_000 })];
    await own.backend.enqueue([due]);
    await own.backend.enqueue([later]);
    await own.client.query(`update ${own.schema}.job set moment = 1 where id = $1`, [due.id]);
    const { claim } = await enqueue(aJob({ queue }), request({ max: 1 }));
    expect(idsOf(claim)).toEqual([due.id]);
    const { claim: next } = await enqueue(aJob({ queue }));
    expect(idsOf(next)).toHaveLength(2);
    const { claim: last } = await enqueue(aJob({ queue }));
    expect(last?.nextInMs).toBeGreaterThan(10_000);
    expect(last?.nextInMs).toBeLessThanOrEqual(30_000);
  });

  it('is told of a job that was there already, and the claim takes what waits', async () => {
    const job = aJob({ queue });
    await own.backend.enqueue([job, aJob({ queue })]);
    const { verdict, claim } = await enqueue(job);
    expect(verdict).toEqual({ status: 'existing', id: job.id });
    expect(idsOf(claim)).toHaveLength(2);
  });

  it('leaves the claim to itself where somebody is to be told that a job has ended', async () => {
    const parent = aJob({ queue, delay: 60_000 });
    await own.backend.enqueue([parent]);
    const dependsOn = { jobs: [{ queue, id: parent.id }], onFailure: 'fail' } as const;
    const child = aJob({ queue, dependsOn });
    await own.backend.enqueue([child]);
    await own.backend.cancel([{ queue, id: parent.id }], 'no more');
    const { claim } = await enqueue(aJob({ queue }));
    expect(claim?.ended?.map(({ id }) => id)).toEqual([child.id]);
    expect(idsOf(claim)).toHaveLength(1);
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

  it.each([
    ['may have so many running', 'concurrency = 5'],
    ['may start so many in a while', 'rate_limit = 5, rate_per = 1000, rate_burst = 5'],
    ['has room for so many', 'max_size = 5'],
    ['gives its keys their turns', 'has_flows = true'],
  ])('is announced where the queue, as another process has it, %s', async (_title, limits) => {
    await own.client.query(`update ${own.schema}.queue set ${limits} where name = $1`, [queue]);
    const job = aJob({ queue });
    const heard = await heardDuring(async () => {
      expect((await enqueue(job)).verdict).toEqual({ status: 'created', id: job.id });
    });
    expect(heard).toEqual([queue]);
  });

  it('waits for a claim that is made a moment later, also when a timer has caused it', async () => {
    const heard = await heardDuring(async () => {
      await new Promise<void>((resolve) => void setImmediate(resolve));
      const claim = await new Promise<Claim>((resolve) => {
        setImmediate(() => {
          made = undefined;
          onWork = async () => {
            await Promise.resolve();
            return own.backend.claim(request());
          };
          void own.backend.enqueue([aJob({ queue })]);
          onWork = undefined;
          resolve(made as unknown as Promise<Claim>);
        });
      });
      expect(idsOf(claim)).toHaveLength(1);
    });
    expect(heard).toEqual([]);
  });

  it('does not lose what was claimed with it to a crash of the server: the commit is waited for', async () => {
    await own.backend.enqueue([aJob({ queue })]);
    await own.client.query('begin');
    await own.client.query(
      `select ${own.schema}.enqueue_and_claim('w', 60000, $1, 'crash', 'a', 'json', 1, 5::smallint, 3, 3, null, null, '1', null)`,
      [queue],
    );
    const commit = await own.client.query<{ synchronous_commit: string }>('show synchronous_commit');
    await own.client.query('rollback');
    expect(commit.rows[0]?.synchronous_commit).toBe('on');
  });

  it('fails alone: the claim is made for itself, and takes what waits', async () => {
    const waiting = aJob({ queue });
    await own.backend.enqueue([waiting]);
    await own.client.query(`alter table ${own.schema}.job add constraint no_such check (name <> 'refused')`);
    const { verdicts, claim } = call(aJob({ queue, name: 'refused' }));
    await expect(verdicts).rejects.toThrow('23514');
    await own.client.query(`alter table ${own.schema}.job drop constraint no_such`);
    expect(idsOf(await claim)).toEqual([waiting.id]);
  });

  it('does not fail with the claim', async () => {
    await own.backend.enqueue([aJob({ queue })]);
    const { schema, client } = own;
    await client.query(`alter function ${schema}.claim_one rename to claim_none`);
    const job = aJob({ queue });
    const { verdicts, claim } = call(job);
    expect(await Promise.allSettled([verdicts, claim])).toMatchObject([
      { status: 'fulfilled', value: [{ status: 'created', id: job.id }] },
      { status: 'rejected', reason: { message: expect.stringContaining('claim_one') as string } },
    ]);
    await client.query(`alter function ${schema}.claim_none rename to claim_one`);
  });

  it('is told before the claim is: a job is queued before it starts', async () => {
    const told: string[] = [];
    const { verdicts, claim } = call(aJob({ queue }));
    const queued = async (): Promise<void> => {
      await verdicts;
      // As many steps away as a caller of a queue is.
      for (let step = 0; step < 10; step++) await Promise.resolve();
      told.push('queued');
    };
    const started = async (): Promise<void> => {
      await claim;
      told.push('started');
    };
    await Promise.all([queued(), started()]);
    expect(told).toEqual(['queued', 'started']);
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

  describe.each<
    [string, (job: NewJob) => { job?: NewJob; asked?: ClaimRequest; demand?: number; on?: string }]
  >([
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
    ['when the claim may bring nothing', () => ({ asked: request({ max: 0 }) })],
    ['when the job is due later', (job) => ({ job: { ...job, delay: 60_000 } })],
    ['when nobody here wants jobs', () => ({ demand: 0 })],
    ['when the queue has room for so many', () => ({ on: 'bounded' })],
    ['when so many of the queue may run', () => ({ on: 'narrow' })],
  ])('goes alone %s', (_title, words) => {
    it('and is told to all who wait', async () => {
      const { on } = words(aJob({ queue }));
      if (on !== undefined) serve(on);
      const plain = aJob({ queue });
      const { job = plain, asked, demand } = words(plain);
      if (demand !== undefined) subscription?.setDemand(demand);
      const heard = await heardDuring(async () => {
        const { verdict, claim } = await enqueue(job, asked);
        expect(verdict).toEqual({ status: 'created', id: job.id });
        // A queue with limits does not even call for a claim; nor is one called for where nobody wants jobs, or none is due.
        expect(claim !== undefined).toBe(asked !== undefined);
      });
      expect(heard).toEqual([queue]);
    });
  });
});

describe('lone enqueues on PostgreSQL over one connection, which keeps their order', () => {
  const own = ownPostgresQueue([{ name: 'served' }], { poolSize: 1 });

  it('are not overtaken by what is enqueued after them, though they wait for a claim', async () => {
    await own.backend.inspect(['served']);
    let calls = 0;
    // It does not claim.
    const subscription = own.backend.subscribe('served', { demand: 1 }, () => void calls++);
    const before = calls;
    const [first, second, third, fourth] = [1, 2, 3, 4].map((n) =>
      aJob({ queue: 'served', name: `job-${n}` }),
    );
    await Promise.all([
      own.backend.enqueue([first as NewJob]),
      own.backend.enqueue([second as NewJob]),
      own.backend.enqueue([third as NewJob, fourth as NewJob]),
    ]);
    expect(calls).toBeGreaterThan(before);
    const { jobs } = await own.backend.claim({
      worker: 'w',
      lease: LEASE,
      take: [{ queue: 'served', limit: 10 }],
    });
    expect(jobs.map(({ name }) => name)).toEqual(['job-1', 'job-2', 'job-3', 'job-4']);
    subscription.close();
  });
});

import { CapturingLogger, Test, type TestingModule } from '@nestjs/testing';
import pg from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createPostgresBackend,
  OutboxRelays,
  QueueRegistry,
  type TaskQueue,
  TasksModule,
} from 'nestjs-tasks';
import { systemClock, type TaskBackend } from '../../../lib/contract/index.js';
import { aJob } from '../../../lib/testing/a-job.js';
import { dropSchema, sharedPostgres, uniqueSchema } from '../../servers/shared-postgres.js';
import { dropPrefix, sharedRedis, uniquePrefix } from '../../servers/shared-redis.js';
import { TcpProxy } from '../../servers/tcp-proxy.js';
import { RelayProcesses } from './relay-process.js';

/** Machines are busy, and processes are started. */
const PATIENCE = 120_000;
const until = { timeout: 30_000, interval: 20 };

let postgresUrl: string;
let redisUrl: string;
let schema: string;
let prefix: string;
let admin: pg.Client;
const clients: pg.Client[] = [];
const apps: TestingModule[] = [];

beforeAll(async () => {
  postgresUrl = (await sharedPostgres()).url;
  redisUrl = (await sharedRedis()).url;
});

beforeEach(async () => {
  schema = uniqueSchema();
  prefix = uniquePrefix();
  admin = await connect();
});

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  for (const client of clients.splice(0)) await client.end();
  await dropSchema(postgresUrl, schema);
  await dropPrefix(redisUrl, prefix);
});

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  clients.push(client);
  return client;
}

async function begin(): Promise<pg.Client> {
  const client = await connect();
  await client.query('begin');
  return client;
}

const backends = (url = redisUrl) => [
  { name: 'main', type: 'postgres', url: postgresUrl, options: { schema } },
  { name: 'mails', type: 'redis', url, outbox: 'main', options: { prefix, commandTimeout: '1s' } },
];

/** An app that enqueues and relays, and runs nothing. */
async function start(url?: string): Promise<{ app: TestingModule; queue: TaskQueue; relays: OutboxRelays }> {
  const tasks = TasksModule.forRoot({ backends: backends(url), role: 'producer' });
  const app = await Test.createTestingModule({ imports: [tasks] })
    .setLogger(new CapturingLogger())
    .compile();
  apps.push(app);
  await app.init();
  return { app, queue: app.get(QueueRegistry).get('mails'), relays: app.get(OutboxRelays) };
}

/** What the broker has, in the order in which a worker would get it. */
async function taken(queue: TaskQueue, limit = 1_000): Promise<unknown[]> {
  const jobs = await queue.dequeue({ max: limit });
  return jobs.map((job) => job.payload);
}

describe('a transaction with a job for Redis', () => {
  it('has the job relayed once it is committed, and not before', async () => {
    const { queue, relays } = await start();
    const tx = await begin();
    const { id } = await queue.enqueue('send', { to: 'Ada' }, { tx, delay: '1h', idempotencyKey: 'once' });
    expect(await relays.status('mails')).toEqual({ waiting: 0, oldest: undefined, refused: 0 });
    expect(await queue.get(id)).toBeUndefined();
    await tx.query('commit');
    await vi.waitFor(async () => expect(await queue.get(id)).toBeDefined(), until);
    const job = await queue.get(id);
    expect([job?.status, job?.payload]).toEqual(['scheduled', { to: 'Ada' }]);
    expect((await queue.enqueue('send', {}, { idempotencyKey: 'once' })).id).toBe(id);
    await vi.waitFor(
      () => expect(relays.stats()).toMatchObject([{ backend: 'mails', relayed: 1, refused: 0 }]),
      until,
    );
  });

  it('leaves nothing when it is rolled back', async () => {
    const { queue, relays } = await start();
    const tx = await begin();
    const { id } = await queue.enqueue('send', 1, { tx });
    await tx.query('rollback');
    const next = await begin();
    await queue.enqueue('send', 2, { tx: next });
    await next.query('commit');
    await vi.waitFor(() => expect(relays.stats()).toMatchObject([{ relayed: 1 }]), until);
    expect(await queue.get(id)).toBeUndefined();
    expect(await taken(queue)).toEqual([2]);
  });

  it('is not skipped when it commits late, and holds up no other', async () => {
    const { queue, relays } = await start();
    const late = await begin();
    await queue.enqueue('send', 'late', { tx: late });
    const early = await begin();
    await queue.enqueueMany(
      [
        { name: 'send', payload: 'a' },
        { name: 'send', payload: 'b' },
      ],
      { tx: early },
    );
    await early.query('commit');
    await vi.waitFor(() => expect(relays.stats()).toMatchObject([{ relayed: 2 }]), until);
    await late.query('commit');
    await vi.waitFor(() => expect(relays.stats()).toMatchObject([{ relayed: 3 }]), until);
    expect(await taken(queue)).toEqual(['a', 'b', 'late']);
  });

  it('is refused where the broker has no outbox, and is told what to do', async () => {
    const tasks = TasksModule.forRoot({
      backend: { type: 'redis', url: redisUrl, options: { prefix } },
      role: 'producer',
    });
    const app = await Test.createTestingModule({ imports: [tasks] }).compile();
    apps.push(app);
    await app.init();
    const call = app
      .get(QueueRegistry)
      .get()
      .enqueue('send', 1, { tx: await begin() });
    await expect(call).rejects.toMatchObject({
      code: 'TASKS_UNSUPPORTED',
      remedy: expect.stringContaining('`outbox`') as string,
    });
  });
});

describe('the relay', () => {
  it(
    'keeps everything while the broker is down, and goes on in order',
    async () => {
      const proxy = await TcpProxy.before(Number(new URL(redisUrl).port));
      const { queue, relays } = await start(`redis://127.0.0.1:${proxy.port}`);
      proxy.silence(true);
      const tx = await begin();
      const payloads = Array.from({ length: 120 }, (_, n) => n);
      await queue.enqueueMany(
        payloads.map((payload) => ({ name: 'send', payload })),
        { tx },
      );
      await tx.query('commit');
      await vi.waitFor(() => expect(relays.stats()[0]?.failures).toBeGreaterThan(0), until);
      expect((await relays.status('mails')).waiting).toBe(120);
      proxy.silence(false);
      proxy.cut();
      await vi.waitFor(() => expect(relays.stats()).toMatchObject([{ relayed: 120 }]), until);
      expect(await taken(queue)).toEqual(payloads);
      await apps.pop()?.close();
      await proxy.close();
    },
    PATIENCE,
  );

  it('keeps apart what the broker will never take, and relays the rest', async () => {
    const { queue, relays } = await start();
    await admin.query(
      `insert into ${schema}.outbox (backend, queue, job, created_at) values ('mails', 'mails', 'garbage', 0), ('mails', 'mails', '{"queue":"mails","id":"x","name":"send","codec":"json","payload":7}', 0)`,
    );
    const tx = await begin();
    await queue.enqueue('send', 'good', { tx });
    await tx.query('commit');
    await vi.waitFor(async () => expect((await relays.status('mails')).waiting).toBe(0), until);
    expect(await taken(queue)).toContain('good');
    expect((await relays.status('mails')).refused).toBeGreaterThanOrEqual(1);
    const { rows } = await admin.query(`select job, refused from ${schema}.outbox`);
    expect(rows).toContainEqual({ job: 'garbage', refused: 'it cannot be read' });
  });

  it(
    'is one process at a time, and another when that one ends',
    async () => {
      const first = await start();
      const tx = await begin();
      await first.queue.enqueue('send', 1, { tx });
      await tx.query('commit');
      await vi.waitFor(
        () => expect(first.relays.stats()).toMatchObject([{ isLeader: true, relayed: 1 }]),
        until,
      );
      const second = await start();
      const again = await begin();
      await second.queue.enqueue('send', 2, { tx: again });
      await again.query('commit');
      await vi.waitFor(() => expect(first.relays.stats()).toMatchObject([{ relayed: 2 }]), until);
      expect(second.relays.stats()).toMatchObject([{ isLeader: false, relayed: 0 }]);
      apps.splice(apps.indexOf(first.app), 1);
      await first.app.close();
      const last = await begin();
      await second.queue.enqueue('send', 3, { tx: last });
      await last.query('commit');
      await vi.waitFor(
        () => expect(second.relays.stats()).toMatchObject([{ isLeader: true, relayed: 1 }]),
        until,
      );
      expect(await taken(second.queue)).toEqual([1, 2, 3]);
    },
    PATIENCE,
  );

  it(
    'loses and reorders nothing when its processes are killed',
    async () => {
      const processes = RelayProcesses.prepare();
      const store: TaskBackend = createPostgresBackend({
        name: 'main',
        type: 'postgres',
        url: postgresUrl,
        clock: systemClock,
        options: { schema },
      });
      await store.queue.open();
      let next = 0;
      let lastKilled = false;
      const writing = (async () => {
        const tx = await connect();
        while (!lastKilled) {
          await tx.query('begin');
          const jobs = Array.from({ length: 5 }, () => aJob({ queue: 'mails', payload: String(next++) }));
          await store.outbox?.add('mails', jobs, tx);
          await tx.query('commit');
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })();
      for (let round = 0; round < 2; round++) {
        const both = [processes.start(backends()), processes.start(backends())];
        await Promise.race(both.map(({ relayed }) => relayed));
        for (const { kill } of both) await kill();
        // What it held it holds for its lease; nobody waits for that here.
        await admin.query(`delete from ${schema}.outbox_relay`);
      }
      lastKilled = true;
      await writing;
      const { queue, relays } = await start();
      await vi.waitFor(async () => expect((await relays.status('mails')).waiting).toBe(0), {
        ...until,
        timeout: 60_000,
      });
      const payloads: unknown[] = [];
      for (let some = await taken(queue); some.length > 0; some = await taken(queue)) payloads.push(...some);
      expect(payloads).toEqual(Array.from({ length: next }, (_, n) => n));
      await store.queue.close();
      processes.remove();
    },
    2 * PATIENCE,
  );
});

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from 'amqplib';
import { migratePostgres } from 'nestjs-tasks';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type PrivatePostgres, startPostgres } from '../../servers/postgres.mjs';
import { sharedRabbitMq, uniqueRabbitMqPrefix } from '../../servers/shared-rabbitmq.js';
import { type PrivateRedis, startRedis } from '../../servers/redis.mjs';
import { jsonOf, nestTasks, type CliOptions, warmNestTasks } from './nest-tasks.js';
import { rewritingProxy } from './rewriting-proxy.js';
import { atShop, BROKERS, leaveDeadLetters, openShop, type Place, SHOP_FILE } from './shop.js';

interface Report {
  readonly ok: boolean;
  readonly findings: readonly {
    code: string;
    severity: string;
    subject: string;
    message: string;
    remedy: string;
  }[];
  readonly checks: readonly string[];
}

const SECRET = 'hunter2';
const SKEWED = ['--import', fileURLToPath(new URL('./skewed-clock.mjs', import.meta.url))];

let redis: PrivateRedis;
let postgres: PrivatePostgres;
let amqp: string;
beforeAll(async () => {
  amqp = (await sharedRabbitMq()).url;
  const [guarded, database] = await Promise.all([
    startRedis({
      args: ['--requirepass', SECRET, '--maxmemory-policy', 'allkeys-lru'],
      clientOptions: { password: SECRET },
    }),
    startPostgres({
      settings: { fsync: 'off', synchronous_commit: 'off' },
      hba: 'host all locked all scram-sha-256',
    }),
  ]);
  redis = guarded;
  postgres = database;
  await query(`create role locked login password '${SECRET}x'`);
}, 60_000);
afterAll(() => Promise.all([redis.stop(), postgres.stop()]));

async function query(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(text).finally(() => void client.end());
}

/** A schema of the private database, up to date but for what the statement changes. */
async function schemaWith(name: string, statement: string): Promise<string[]> {
  await migratePostgres({ url: postgres.url, options: { schema: name } });
  await query(statement);
  return ['--url', postgres.url, '--schema', name];
}

/** The address of RabbitMQ, but for these parts. */
const rabbitMqWith = (parts: Partial<Pick<URL, 'username' | 'password' | 'pathname'>>): string =>
  Object.assign(new URL(amqp), parts).href;

const guarded = (password = SECRET, port = redis.port): string => `redis://:${password}@127.0.0.1:${port}`;

/** Set-ups that are broken at the broker, each with what the doctor calls it and what it says. */
const AT_THE_BROKER: readonly {
  readonly title: string;
  readonly args: () => string[] | Promise<string[]>;
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly says: RegExp;
  readonly remedy: RegExp;
  readonly options?: CliOptions;
}[] = [
  {
    title: 'nobody listens at the address',
    args: () => ['--url', 'redis://127.0.0.1:1'],
    code: 'unreachable',
    severity: 'error',
    says: /nothing listens at its address/,
    remedy: /Start the server/,
  },
  {
    title: 'the password of Redis is wrong',
    args: () => ['--url', guarded('wrong')],
    code: 'wrong-credentials',
    severity: 'error',
    says: /refuses the user or the password/,
    remedy: /user and password/,
  },
  {
    title: 'Redis evicts keys',
    args: () => ['--url', guarded()],
    code: 'evicts-keys',
    severity: 'error',
    says: /maxmemory-policy is allkeys-lru/,
    remedy: /noeviction/,
  },
  {
    title: 'Redis keeps nothing on disk',
    args: () => ['--url', guarded()],
    code: 'no-persistence',
    severity: 'warning',
    says: /a restart of it loses every job/,
    remedy: /Turn appendonly on/,
  },
  {
    title: 'Redis, or Valkey, is too old',
    args: async () => {
      const old = await rewritingProxy(redis.port, (text) =>
        text.replace(/(redis|valkey)_version:\d\./g, '$1_version:6.'),
      );
      onTestFinished(() => old.close());
      return ['--url', guarded(SECRET, old.port)];
    },
    code: 'too-old',
    severity: 'error',
    says: /(Redis|Valkey) 6\.\S+; Redis 7\.0 or Valkey 7\.2 is the least/,
    remedy: /Upgrade the server/,
  },
  {
    title: 'Redis is a replica',
    args: async () => {
      const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(redis.port)] });
      onTestFinished(() => replica.stop());
      return ['--url', replica.url];
    },
    code: 'replica',
    severity: 'error',
    says: /takes no writes/,
    remedy: /Name the master/,
  },
  {
    title: 'the clock is an hour ahead of the server',
    args: () => ['--url', guarded()],
    options: { node: SKEWED },
    code: 'clock-skew',
    severity: 'warning',
    says: /3,600 s ahead of/,
    remedy: /NTP/,
  },
  {
    title: 'the password of PostgreSQL is wrong',
    args: () => ['--url', postgres.url.replace('postgres@', `locked:${SECRET}@`)],
    code: 'wrong-credentials',
    severity: 'error',
    says: /password authentication failed/,
    remedy: /user|password/,
  },
  {
    title: 'the database is not there',
    args: () => ['--url', postgres.url.replace(/postgres$/, 'nowhere')],
    code: 'no-database',
    severity: 'error',
    says: /nowhere/,
    remedy: /database/i,
  },
  {
    title: 'PostgreSQL does not care what outlives a crash',
    args: () => schemaWith('unsafe', 'select 1'),
    code: 'unsafe-writes',
    severity: 'error',
    says: /fsync of the server is off/,
    remedy: /Set fsync to on/,
  },
  {
    title: 'the schema was never made',
    args: () => ['--url', postgres.url, '--schema', 'missing'],
    code: 'schema-behind',
    severity: 'warning',
    says: /lacks 0001-/,
    remedy: /nest-tasks migrate/,
  },
  {
    title: 'the schema is of a later version',
    args: () => schemaWith('ahead', `insert into ahead.migration values (9999, '9999-later.sql', 'x')`),
    code: 'schema-ahead',
    severity: 'error',
    says: /9999-later\.sql/,
    remedy: /Deploy the version/,
  },
  {
    title: 'nobody listens at the address of RabbitMQ',
    args: () => ['--url', 'amqp://127.0.0.1:1'],
    code: 'unreachable',
    severity: 'error',
    says: /nothing listens at its address/,
    remedy: /Start the broker/,
  },
  {
    title: 'the password of RabbitMQ is wrong',
    args: () => ['--url', rabbitMqWith({ username: 'nobody', password: SECRET })],
    code: 'wrong-credentials',
    severity: 'error',
    says: /refuses the user or the password/,
    remedy: /user and password/,
  },
  {
    title: 'RabbitMQ has no such virtual host',
    args: () => ['--url', rabbitMqWith({ pathname: '/nowhere' })],
    code: 'no-virtual-host',
    severity: 'error',
    says: /no such virtual host/,
    remedy: /add_vhost/,
  },
  {
    title: 'nobody but its process sees the jobs of RabbitMQ',
    args: () => ['--url', amqp, '--prefix', uniqueRabbitMqPrefix()],
    code: 'no-ledger',
    severity: 'warning',
    says: /kept in the memory of each process/,
    remedy: /`state`/,
  },
  {
    title: 'the schema is of another history',
    args: () =>
      schemaWith('foreign_one', `update foreign_one.migration set checksum = 'x' where version = 1`),
    code: 'schema-foreign',
    severity: 'error',
    says: /is not the one that this version/,
    remedy: /schema.* of its own/,
  },
];

describe('nest-tasks doctor', { timeout: 60_000 }, () => {
  it.each(AT_THE_BROKER)('finds that $title', async ({ args, options, code, severity, says, remedy }) => {
    const words = ['doctor', '--json', ...(await args())];
    const run = await (options === undefined ? warmNestTasks(words) : nestTasks(words, options));
    const { ok, findings } = jsonOf<Report>(run);
    const found = findings.find((finding) => finding.code === code);
    expect(found).toMatchObject({
      severity,
      message: expect.stringMatching(says),
      remedy: expect.stringMatching(remedy),
    });
    const isOk = findings.every((finding) => finding.severity !== 'error');
    expect([ok, run.code]).toEqual([isOk, isOk ? 0 : 6]);
    expect(`${run.out}${run.err}`).not.toContain(SECRET);
  });

  it('changes no schema, and finds nothing wrong once it was migrated', async () => {
    const args = ['--url', postgres.url, '--schema', 'made'];
    await warmNestTasks(['doctor', ...args]);
    expect(jsonOf<Report>(await warmNestTasks(['doctor', '--json', ...args])).findings[0]?.code).toBe(
      'schema-behind',
    );
    expect((await nestTasks(['migrate', ...args])).out).toMatch(/made +is up to date/);
    const again = await warmNestTasks(['migrate', '--json', ...args]);
    expect(jsonOf(again)).toMatchObject({ items: [{ backend: 'postgres', schema: 'made' }] });
    const after = jsonOf<Report>(await warmNestTasks(['doctor', '--json', ...args]));
    expect(after.findings.map(({ code }) => code)).not.toContain('schema-behind');
    expect(after.checks.join()).toContain('answers: postgres');
  });

  it('leaves no schema to `migrate` where the broker has none', async () => {
    const { code, err } = await warmNestTasks(['migrate', '--url', guarded()]);
    expect([code, err]).toEqual([2, expect.stringContaining('Only PostgreSQL has a schema.')]);
  });

  it('finds an app that does not start, and says of what without its secrets', async () => {
    const file = SHOP_FILE.replace('shop.module', 'broken.module');
    const run = await nestTasks(['doctor', '--json', '--app', file]);
    expect(run.code).toBe(6);
    expect(jsonOf<Report>(run).findings).toMatchObject([
      { code: 'app-fails', message: 'the database at postgres://***@db/shop is not there' },
    ]);
  });

  it('finds that a file starts the app, keeps it from it, and names the file that it needs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nest-tasks-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const started = join(folder, 'started');
    const run = await nestTasks(['doctor', '--json', '--app', SHOP_FILE.replace('shop.module', 'main')], {
      env: { SHOP_STARTED: started },
    });
    expect(run.code).toBe(6);
    expect(jsonOf<Report>(run).findings).toMatchObject([
      {
        code: 'no-module',
        message: expect.stringContaining('main.ts starts the app itself, and was kept from it'),
        remedy: 'Give the file of its root module: `--app test/e2e/cli/app/shop.module.ts`.',
      },
    ]);
    expect(existsSync(started)).toBe(false);
  });

  it('finds names of tasks and queues in the environment that nothing has, with those that are meant', async () => {
    const env = {
      TASKS__TASKS__SEND_MAIL__TIMEOUT: '9s',
      TASKS__QUEUES__MIALS__CONCURRENCY: '2',
      TASKS__WORKER__UNKNOWN_TASK: 'release',
    };
    const run = await nestTasks(['doctor', '--json', '--app', SHOP_FILE], { env });
    expect(run.code).toBe(0);
    expect(jsonOf<Report>(run).findings).toMatchObject([
      {
        code: 'unknown-name',
        severity: 'warning',
        message: expect.stringMatching(/^TASKS__TASKS__SEND_MAIL: .*Did you mean "SEND_EMAIL"\?$/),
      },
      {
        code: 'unknown-name',
        severity: 'warning',
        message: expect.stringMatching(/^TASKS__QUEUES__MIALS: adds the queue "mials".*"mails"\?$/),
      },
    ]);
  });

  it('finds options that do not exist', async () => {
    const run = await nestTasks(['doctor', '--json', '--app', SHOP_FILE], {
      env: { SHOP: JSON.stringify({ backend: { url: guarded(), options: { prefx: 'x' } } }) },
    });
    expect(jsonOf<Report>(run).findings[0]?.message).toMatch(/prefx.*prefix/s);
  });
});

describe.each(BROKERS)('nest-tasks doctor on $name', { timeout: 60_000 }, (broker) => {
  async function placed(): Promise<Place> {
    const place = await broker.place();
    onTestFinished(() => place.dispose());
    return place;
  }
  const enqueue = async (place: Place, name: string): Promise<void> => {
    const shop = await openShop(place, false);
    await shop.tasks.enqueue(name, { to: 'ada@example.com' }, { queue: 'mails' });
    await shop.close();
  };

  it('finds a queue with jobs that no worker takes', async () => {
    const place = await placed();
    await enqueue(place, 'send-email');
    // An hour later, by its own clock.
    const run = await nestTasks(['doctor', '--json', ...place.address], { node: SKEWED });
    const found = jsonOf<Report>(run).findings.find(({ code }) => code === 'no-worker');
    expect(found).toMatchObject({
      severity: 'error',
      subject: 'queue mails',
      message: expect.stringMatching(/^1 job is ready, the first for /),
      remedy: expect.stringContaining('worker start'),
    });
    expect(run.code).toBe(6);
  });

  it('finds a paused queue, dead letters, and jobs that the app has no handler for', async () => {
    const place = await placed();
    await leaveDeadLetters(place, 1);
    await warmNestTasks(['queues', 'pause', 'mails', ...place.address]);
    await enqueue(place, 'sned-email');
    const { findings } = jsonOf<Report>(await atShop(place, 'doctor', '--json'));
    const ofQueue = findings.filter(({ subject }) => subject === 'queue mails');
    expect(ofQueue.map(({ code }) => code).toSorted()).toEqual(['dead-letters', 'paused', 'unknown-task']);
    expect(ofQueue.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['it has 1 dead letter.', 'it is paused, and 1 job waits.']),
    );
  });

  it('finds a schedule whose task the app has no handler for', async () => {
    const place = await placed();
    const shop = await openShop(place, false);
    await shop.scheduler.schedule({ name: 'digest', task: 'sned-email', queue: 'mails', every: '1h' });
    await shop.close();
    const { findings } = jsonOf<Report>(await atShop(place, 'doctor', '--json'));
    expect(findings.find(({ code }) => code === 'schedule-without-task')).toMatchObject({
      subject: 'schedules',
      message:
        'Schedule "digest" enqueues the task "sned-email", which no handler of this process has. Did you mean "send-email"?',
    });
  });
});

describe('nest-tasks doctor on RabbitMQ', { timeout: 60_000 }, () => {
  it('finds a queue of the app that somebody else has declared otherwise, and makes nothing', async () => {
    const place = await (BROKERS.find(({ name }) => name === 'rabbitmq') as (typeof BROKERS)[number]).place();
    onTestFinished(() => place.dispose());
    const prefix = place.address[3] as string;
    const connection = await connect(amqp);
    onTestFinished(() => connection.close());
    const channel = await connection.createChannel();
    await channel.assertQueue(`${prefix}.mails`, { durable: true });
    const run = await atShop(place, 'doctor', '--json');
    expect(run.code).toBe(6);
    const { findings } = jsonOf<Report>(run);
    expect(findings.filter(({ code }) => code !== 'no-persistence')).toMatchObject([
      {
        code: 'declared-otherwise',
        severity: 'error',
        subject: 'backend rabbitmq',
        message: expect.stringMatching(/inequivalent arg .* for queue '\S+\.mails'/),
        remedy: expect.stringContaining('Give the entry the options that it was declared with'),
      },
    ]);
    channel.on('error', () => undefined);
    await expect(channel.checkQueue(`${prefix}.mails:dead`)).rejects.toThrow('NOT_FOUND');
  });
});

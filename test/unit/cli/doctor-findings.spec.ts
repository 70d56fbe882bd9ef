import { describe, expect, it } from 'vitest';
import { TaskBackendRegistry } from '../../../lib/backends/index.js';
import { clockFindings } from '../../../lib/backends/clock-skew.js';
import {
  assertServer as assertPostgres,
  poolerFindings,
} from '../../../lib/backends/postgres/server-check.js';
import { assertServer as assertRedis, findingsOf } from '../../../lib/backends/redis/server-check.js';
import type { RedisServerInfo } from '../../../lib/backends/redis/server-info.js';
import type { ServerFacts } from '../../../lib/backends/postgres/sql-driver.js';
import { callError } from '../../../lib/backends/rabbitmq/rabbitmq-errors.js';
import { lookAtQueues } from '../../../lib/cli/doctor/look-at-queues.js';
import { lookAtTasks } from '../../../lib/cli/doctor/look-at-tasks.js';
import { openBackend } from '../../../lib/cli/doctor/open-backend.js';
import { resolveOptions } from '../../../lib/config/index.js';
import { systemClock } from '../../../lib/contract/index.js';
import { BackendFaultError, MissingPeerError } from '../../../lib/errors/index.js';
import { QueueStage } from '../queue/queue-stage.js';

const REDIS: RedisServerInfo = {
  product: 'redis',
  version: '7.4.0',
  role: 'master',
  isCluster: false,
  evictionPolicy: 'noeviction',
  persistence: 'aof',
  isSaveFailing: false,
};
const POSTGRES: ServerFacts = {
  version: 170_000,
  title: '17.0',
  isReplica: false,
  isReadOnly: false,
  encoding: 'UTF8',
  pooler: 'none',
};

/** What the doctor makes of a backend whose making ends so. */
async function findingOn(making: () => never) {
  const registry = new TaskBackendRegistry();
  registry.register('fake', making);
  const [entry] = resolveOptions({ backends: [{ name: 'main' }] }).backends;
  if (entry === undefined) throw new Error('There is no backend.');
  const opened = await openBackend(
    registry,
    { ...entry, type: 'fake' },
    { clock: systemClock, state: undefined },
  );
  return opened.finding;
}

const fail = (error: unknown) => (): never => {
  throw error;
};
const fault = (reason: string) => fail(new BackendFaultError('main', 'not-sent', { reason }));
const fromRabbit = (message: string) => fail(callError('main', 'not-sent', new Error(message), ['hunter2']));

describe('a backend that cannot be opened', () => {
  it.each<readonly [string, () => never]>([
    ['missing-package', fail(new MissingPeerError('ioredis', '^5.0.0', 'Backend "main"'))],
    ['tls', fault('the certificate of the server is not trusted')],
    ['no-permission', fault('permission denied for schema tasks')],
    ['cluster', () => never(assertRedis('main', { ...REDIS, isCluster: true }, false))],
    ['replica', () => never(assertRedis('main', { ...REDIS, role: 'slave' }, false))],
    ['too-old', () => never(assertRedis('main', { ...REDIS, version: '6.2.0' }, false))],
    ['too-old', () => never(assertPostgres('main', { ...POSTGRES, version: 120_000, title: '12.1' }))],
    ['replica', () => never(assertPostgres('main', { ...POSTGRES, isReplica: true }))],
    ['read-only', () => never(assertPostgres('main', { ...POSTGRES, isReadOnly: true }))],
    ['wrong-encoding', () => never(assertPostgres('main', { ...POSTGRES, encoding: 'LATIN1' }))],
    ['unreachable', fromRabbit('connect ECONNREFUSED 127.0.0.1:5672')],
    ['wrong-credentials', fromRabbit('403 (ACCESS-REFUSED) with message "login refused"')],
    ['refused', fromRabbit("406 (PRECONDITION-FAILED) inequivalent arg 'x-max-priority' for queue 'q'")],
  ])('is found as %s, with what to do', async (code, making) => {
    expect(await findingOn(making)).toMatchObject({
      code,
      subject: 'backend main',
      severity: 'error',
      remedy: expect.stringMatching(/\w+/),
    });
  });

  it('never shows the password of its address', async () => {
    const finding = await findingOn(fail(new Error('amqp://me:hunter2@host does not answer')));
    expect(JSON.stringify(finding)).not.toContain('hunter2');
  });
});

const never = (checked: void): never => {
  throw new Error(`The server was taken as it is${String(checked ?? '')}.`);
};

describe('a server that works', () => {
  it('has no finding where all is as it should be', () => {
    expect([findingsOf(REDIS), poolerFindings(POSTGRES)]).toEqual([[], []]);
  });

  it.each([
    ['evicts-keys', 'error', { evictionPolicy: 'allkeys-lru' }],
    ['no-persistence', 'warning', { persistence: 'none' }],
    ['save-failing', 'error', { isSaveFailing: true }],
    ['unknown-server', 'warning', { product: 'other' }],
  ] as const)('of Redis has the finding %s', (code, severity, info) => {
    expect(findingsOf({ ...REDIS, ...info })).toMatchObject([{ code, severity }]);
  });

  it('of PostgreSQL has one for a pooler in transaction mode, and none for one in session mode', () => {
    expect(poolerFindings({ ...POSTGRES, pooler: 'transaction' })).toMatchObject([
      { code: 'transaction-pooler', severity: 'warning' },
    ]);
    expect(poolerFindings({ ...POSTGRES, pooler: 'session' })).toEqual([]);
  });
});

describe('the clock of a server', () => {
  it.each([
    [0, 0, 10, []],
    [5_000, 0, 0, []],
    [5_001, 0, 0, ['5 s behind']],
    [-60_000, 0, 0, ['60 s ahead of']],
    // Heard so late that the difference may be the way.
    [8_000, 0, 8_000, []],
  ])('that says %i between %i and %i is told of as %j', (store, askedAt, heardAt, said) => {
    const findings = clockFindings({ store, askedAt, heardAt });
    expect(findings.map(({ message }) => /\d+ s (?:ahead of|behind)/.exec(message)?.[0])).toEqual(said);
  });
});

describe('a queue', () => {
  it('whose workers are minutes behind is a warning, with their number', async () => {
    const { queue, backend } = await QueueStage.open();
    await queue.enqueue('a');
    await queue.enqueue('b');
    const [status] = await backend.queue.inspect(['default']);
    if (status === undefined) throw new Error('There is no status.');
    const counts = { ...status.counts, pending: 2, running: 1 };
    const readySince = Date.now() - 600_000;
    backend.queue.inspect = async () => [{ ...status, counts, readySince }];
    expect(await lookAtQueues(backend.queue, ['default'])).toMatchObject([
      {
        code: 'workers-behind',
        severity: 'warning',
        subject: 'queue default',
        message: expect.stringContaining('10m behind, with 2 jobs ready and 1 running'),
      },
    ]);
  });

  it('with jobs of tasks that nobody handles is a warning that names each of them, due or not', async () => {
    const { queue, backend } = await QueueStage.open();
    for (const name of ['known', 'gone', 'gone', 'lost']) await queue.enqueue(name);
    await queue.enqueue('later', {}, { delay: '1h' });
    const found = await lookAtTasks(backend.queue, ['default'], ['known']);
    expect(found).toMatchObject([
      {
        code: 'unknown-task',
        message: expect.stringContaining('the tasks "gone", "lost", "later", which this app'),
      },
    ]);
    expect(await lookAtTasks(backend.queue, ['default'], ['known', 'lost', 'later'])).toMatchObject([
      { message: expect.stringContaining('the task "gone", which') },
    ]);
  });
});

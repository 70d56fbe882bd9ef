import type { Options } from 'amqplib';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MemoryQueueBackend } from '../../lib/backends/memory/memory-queue-backend.js';
import { RabbitMqQueueBackend } from '../../lib/backends/rabbitmq/rabbitmq-queue-backend.js';
import { resolveRabbitMqOptions } from '../../lib/backends/rabbitmq/resolve-rabbitmq-options.js';
import {
  type ClaimedJob,
  ENVELOPE_VERSION,
  type JobRecord,
  type NewJob,
  type Settlement,
  systemClock,
} from '../../lib/contract/index.js';
import { dropFromBroker, sharedRabbitMq, uniqueRabbitMqPrefix } from '../servers/shared-rabbitmq.js';
import { ForeignProgram } from './foreign-program.js';

const QUEUE = 'mails';
const NAMED_ELSEWHERE = { name: 'invoices', brokerName: 'billing.v2' };
/** Claims in which what is at the broker has come: one may give a message an id, the next one has it. */
const ROUNDS = 10;

let url: string;
let prefix: string;
let program: ForeignProgram;
let warnings: string[];
let opened: RabbitMqQueueBackend[];

const opening = async (options: Record<string, unknown> = {}): Promise<RabbitMqQueueBackend> => {
  const settings = resolveRabbitMqOptions({ name: 'mq', url, options: { prefix, ...options } });
  const ledger = new MemoryQueueBackend();
  const backend = new RabbitMqQueueBackend({
    settings,
    ledger,
    clock: systemClock,
    warn: (message) => warnings.push(message),
  });
  backend.declare([{ name: QUEUE }, NAMED_ELSEWHERE]);
  opened.push(backend);
  await backend.open();
  return backend;
};

const claimOnce = async (backend: RabbitMqQueueBackend, queue = QUEUE, limit = 10) => {
  const { jobs } = await backend.claim({ worker: 'w', lease: 30_000, take: [{ queue, limit }] });
  return jobs;
};

async function claimSome(backend: RabbitMqQueueBackend, queue = QUEUE): Promise<readonly ClaimedJob[]> {
  for (let round = 0; round < ROUNDS; round++) {
    const jobs = await claimOnce(backend, queue);
    if (jobs.length > 0) return jobs;
  }
  return [];
}

async function claimOne(backend: RabbitMqQueueBackend, queue = QUEUE): Promise<ClaimedJob> {
  const [job] = await claimSome(backend, queue);
  if (job === undefined) throw new Error('No job came.');
  return job;
}

const settle = (backend: RabbitMqQueueBackend, job: ClaimedJob, outcome: Settlement['outcome']) =>
  backend.claim({ worker: 'w', lease: 30_000, take: [], settle: [{ receipt: job.receipt, outcome }] });

const failed = (message: string, code?: string): Settlement['outcome'] => ({
  kind: 'failed',
  error: { name: 'MailError', message, ...(code !== undefined && { code }) },
});

async function deadIn(backend: RabbitMqQueueBackend, queue = QUEUE): Promise<readonly JobRecord[]> {
  const { items } = await backend.find({ queue, states: ['failed'] });
  return items;
}

const job = (more: Partial<NewJob> = {}): NewJob => ({
  queue: QUEUE,
  id: 'job-1',
  name: 'send-email',
  codec: 'json',
  version: ENVELOPE_VERSION,
  priority: 5,
  maxRetries: 3,
  payload: '{"to":"ann@example.com"}',
  ...more,
});

beforeAll(async () => {
  ({ url } = await sharedRabbitMq());
});

beforeEach(async () => {
  prefix = uniqueRabbitMqPrefix();
  warnings = [];
  opened = [];
  program = await ForeignProgram.start(url, prefix);
});

afterEach(async () => {
  await program.stop();
  await Promise.all(opened.map((backend) => backend.close()));
  const names = [QUEUE, NAMED_ELSEWHERE.brokerName];
  await dropFromBroker(
    url,
    names.flatMap((name) => [`${prefix}.${name}`, `${prefix}.${name}:dead`]),
    [`${prefix}:work`, `${prefix}:dead`, `${prefix}:due`],
  );
});

describe('a job that a foreign program publishes', () => {
  it('is claimed as the documented properties say', async () => {
    const backend = await opening();
    await program.publish(QUEUE, '{"to":"ann@example.com"}', {
      type: 'send-email',
      messageId: 'order-17-confirmation',
      contentType: 'application/json',
      headers: {
        'x-tasks-priority': 9,
        'x-tasks-max-retries': 7,
        'x-tasks-timeout': 2_500,
        traceparent: '00-1-2-01',
      },
    });
    expect(await claimOne(backend)).toMatchObject({
      queue: QUEUE,
      id: 'order-17-confirmation',
      name: 'send-email',
      payload: '{"to":"ann@example.com"}',
      codec: 'json',
      priority: 9,
      maxRetries: 7,
      timeout: 2_500,
      attempt: 1,
      extra: { headers: { traceparent: '00-1-2-01' } },
    });
  });

  it('has the documented defaults for what it does not say', async () => {
    const backend = await opening();
    await program.publish(QUEUE, '[]', { type: 'send-email', messageId: 'plain' });
    const claimed = await claimOne(backend);
    expect(claimed).toMatchObject({ priority: 5, maxRetries: 3, timeout: undefined, payload: '[]' });
    expect(claimed.extra?.headers).toBeUndefined();
  });

  it('waits at the broker when nobody is there yet', async () => {
    const first = await opening();
    await first.close();
    await program.publish(QUEUE, '1', { type: 'count', messageId: 'early' });
    expect(await claimOne(await opening())).toMatchObject({ id: 'early', payload: '1' });
  });

  it('is given one id by the first who receives it, which stays when that one is gone', async () => {
    const first = await opening();
    await program.publish(QUEUE, '1', { type: 'count' });
    const { id } = await claimOne(first);
    await first.close();
    expect(await claimOne(await opening())).toMatchObject({ id, name: 'count', payload: '1' });
  });

  it('is given an id when its own is longer than any of ours', async () => {
    const backend = await opening();
    await program.publish(QUEUE, '1', { type: 'count', messageId: 'x'.repeat(129) });
    const { id } = await claimOne(backend);
    expect(id).toMatch(/^[\da-f-]{36}$/);
  });

  it('runs once when it is published twice under one id', async () => {
    const backend = await opening();
    for (let time = 0; time < 2; time++)
      await program.publish(QUEUE, '1', { type: 'count', messageId: 'twice' });
    expect((await claimOnce(backend)).map(({ id }) => id)).toEqual(['twice']);
    expect(await claimOnce(backend)).toEqual([]);
  });

  it('reaches a queue that the broker knows by another name', async () => {
    const backend = await opening();
    await program.publish(NAMED_ELSEWHERE.brokerName, '1', { type: 'bill', messageId: 'b-1' });
    expect(await claimOne(backend, NAMED_ELSEWHERE.name)).toMatchObject({ queue: 'invoices', id: 'b-1' });
  });

  it('comes back to its publisher when no queue has that name', async () => {
    await opening();
    await program.publish('nowhere', '1', { type: 'count', mandatory: true });
    expect(program.cameBack).toEqual(['nowhere']);
  });

  it('leaves the broker when it is settled', async () => {
    const first = await opening();
    await program.publish(QUEUE, '1', { type: 'count', messageId: 'done' });
    await settle(first, await claimOne(first), { kind: 'completed' });
    await first.close();
    expect(await program.count(QUEUE)).toBe(0);
  });

  it('is handed to somebody else when who claimed it goes away without settling', async () => {
    const [first, second] = [await opening(), await opening()];
    await program.publish(QUEUE, '1', { type: 'count', messageId: 'orphan' });
    await claimOne(first);
    expect(await claimOnce(second)).toEqual([]);
    await first.close();
    expect(await claimOne(second)).toMatchObject({ id: 'orphan', attempt: 1 });
  });

  it('is read as JSON whatever its content type', async () => {
    const backend = await opening();
    const contentType = 'text/x-unheard';
    await program.publish(QUEUE, '{"a":1}', { type: 'count', messageId: 'odd', contentType });
    expect(await claimOne(backend)).toMatchObject({ codec: 'json', payload: '{"a":1}' });
  });

  it('carries megabytes', async () => {
    const backend = await opening();
    const body = JSON.stringify('x'.repeat(2 * 1024 * 1024));
    await program.publish(QUEUE, body, { type: 'count', messageId: 'big' });
    const { payload } = await claimOne(backend);
    expect(payload === body).toBe(true);
  });
});

describe('a foreign message that can be no job', () => {
  const invalid = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
  it.each<[string, string | Buffer, Options.Publish, RegExp]>([
    ['names no task', '{}', {}, /names no task: set the property `type`/],
    ['names an empty task', '{}', { type: '' }, /names no task/],
    ['is no JSON', '{"to":', { type: 'send-email' }, /its body is no JSON/],
    ['is empty', '', { type: 'send-email' }, /its body is no JSON/],
    ['is no UTF-8', invalid, { type: 'send-email' }, /its body is no UTF-8 text/],
    [
      'is compressed',
      Buffer.from('H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA==', 'base64'),
      { type: 'send-email', contentEncoding: 'gzip' },
      /no UTF-8 text/,
    ],
    ['begins with a byte order mark', '\uFEFF{}', { type: 'send-email' }, /its body is no JSON/],
    [
      'has a codec that is no text',
      '{}',
      { type: 'send-email', headers: { 'x-tasks-codec': 7 } },
      /`x-tasks-codec` is no text/,
    ],
    [
      'is of a version to come',
      '{}',
      { type: 'send-email', headers: { 'x-tasks-version': 99 } },
      /it is of version 99, and this release reads 1/,
    ],
  ])('becomes a dead letter that says why: it %s', async (_, body, options, why) => {
    const backend = await opening();
    await program.publish(QUEUE, body, { messageId: 'bad', ...options });
    expect(await claimOnce(backend)).toEqual([]);
    const [dead] = await deadIn(backend);
    expect(dead).toMatchObject({
      id: 'bad',
      error: { name: 'TaskValidationError', code: 'TASKS_VALIDATION' },
    });
    expect(dead?.error?.message).toMatch(why);
  });

  it('is told by a warning that names the queue', async () => {
    const backend = await opening();
    await program.publish(QUEUE, 'nonsense', { type: 'send-email' });
    await claimOnce(backend);
    expect(warnings).toEqual([
      'Backend "mq": a message of queue "mails" became a dead letter: its body is no JSON',
    ]);
  });

  it('keeps its bytes as they came', async () => {
    const backend = await opening();
    await program.publish(QUEUE, invalid, { type: 'send-email', messageId: 'bad' });
    await claimOnce(backend);
    const [dead] = await deadIn(backend);
    expect(Buffer.from((dead?.payload ?? '') as string)).toEqual(invalid);
    expect((await program.watchDead(QUEUE)).content).toEqual(invalid);
  });

  it('is buried although it has no id', async () => {
    const backend = await opening();
    await program.publish(QUEUE, 'nonsense');
    await claimOnce(backend);
    expect(await deadIn(backend)).toMatchObject([{ name: 'malformed-message' }]);
  });

  it('holds up no job behind it', async () => {
    const backend = await opening();
    await program.publish(QUEUE, 'nonsense', { type: 'send-email' });
    await program.publish(QUEUE, '1', { type: 'count', messageId: 'good' });
    expect(await claimOne(backend)).toMatchObject({ id: 'good' });
  });

  it('is not delivered again', async () => {
    const backend = await opening();
    await program.publish(QUEUE, 'nonsense', { type: 'send-email' });
    await claimOnce(backend);
    await backend.close();
    expect(await program.count(QUEUE)).toBe(0);
  });

  it('ends a message that nobody survives, by the count of its redeliveries', async () => {
    const backend = await opening();
    const headers = { 'x-tasks-redeliveries': 20 };
    await program.publish(QUEUE, '1', { type: 'count', messageId: 'deadly', headers });
    const victim = await ForeignProgram.start(url, prefix);
    await victim.takeAndDie(QUEUE);
    expect(await claimSome(backend)).toEqual([]);
    expect(await deadIn(backend)).toMatchObject([{ id: 'deadly', error: { code: 'TASKS_STALLED' } }]);
  });
});

describe('a job of ours, read by a foreign program', () => {
  const enqueued = async (more: Partial<NewJob> = {}) => {
    const backend = await opening();
    await backend.enqueue([job(more)]);
    return program.take(more.queue === NAMED_ELSEWHERE.name ? NAMED_ELSEWHERE.brokerName : QUEUE);
  };

  it('lies in the queue of its name with the documented properties', async () => {
    const { properties, content } = await enqueued({ priority: 9, maxRetries: 7, timeout: 2_500 });
    expect(content.toString()).toBe('{"to":"ann@example.com"}');
    expect(properties).toMatchObject({
      type: 'send-email',
      messageId: 'job-1',
      contentType: 'application/json',
      deliveryMode: 2,
      headers: {
        'x-tasks-priority': 9,
        'x-tasks-max-retries': 7,
        'x-tasks-timeout': 2_500,
      },
    });
  });

  it('carries no header that says what is so anyway', async () => {
    const { properties } = await enqueued();
    expect(properties).toMatchObject({ appId: 'nestjs-tasks', headers: {} });
  });

  it('came by the work exchange, with the name of the queue as its routing key', async () => {
    const { fields } = await enqueued({ queue: NAMED_ELSEWHERE.name });
    expect(fields).toMatchObject({ exchange: `${prefix}:work`, routingKey: NAMED_ELSEWHERE.brokerName });
  });

  it('carries its headers', async () => {
    const { properties } = await enqueued({ headers: { traceparent: '00-1-2-01', tenant: 'Zürich' } });
    expect(properties.headers).toMatchObject({ traceparent: '00-1-2-01', tenant: 'Zürich' });
  });

  it('is bytes when its codec writes bytes', async () => {
    const payload = Uint8Array.from([0, 255, 128, 7]);
    const { properties, content } = await enqueued({ codec: 'msgpack', payload });
    expect([...content]).toEqual([...payload]);
    expect(properties).toMatchObject({
      contentType: 'application/octet-stream',
      headers: { 'x-tasks-codec': 'msgpack' },
    });
  });

  it('comes by priority, the highest first', async () => {
    const backend = await opening();
    await backend.enqueue([
      job({ id: 'low', priority: 0 }),
      job({ id: 'high', priority: 20 }),
      job({ id: 'normal', priority: 10 }),
    ]);
    const order = [];
    for (let place = 0; place < 3; place++) order.push((await program.take(QUEUE)).properties.messageId);
    expect(order).toEqual(['high', 'normal', 'low']);
  });

  it('is on disk with its queue: the queue is declared as durable', async () => {
    const backend = await opening();
    await backend.enqueue([job()]);
    await expect(program.declareTransient(QUEUE)).rejects.toThrow(/inequivalent arg 'durable'/);
  });
});

describe('a job of one process', () => {
  it('is claimed by another whose ledger was never told of it', async () => {
    const [one, other] = [await opening(), await opening()];
    await one.enqueue([job({ headers: { tenant: 'a' }, timeout: 900, maxStalled: 2 })]);
    expect(await claimOne(other)).toMatchObject({
      id: 'job-1',
      payload: '{"to":"ann@example.com"}',
      timeout: 900,
      maxStalled: 2,
      extra: { headers: { tenant: 'a' } },
    });
  });

  it('is claimed by one of them alone', async () => {
    const [one, other] = [await opening(), await opening()];
    const ids = Array.from({ length: 20 }, (_, index) => `job-${index}`);
    await one.enqueue(ids.map((id) => job({ id })));
    const shares = [await claimOnce(one, QUEUE, 7), await claimOnce(other, QUEUE, 20)];
    expect(shares.map((share) => share.length)).toEqual([7, 13]);
    expect(shares.flat().map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
  });

  it('goes on counting its attempts in another', async () => {
    const [one, other] = [await opening(), await opening()];
    await one.enqueue([job()]);
    const error = { name: 'MailError', message: 'busy' };
    await settle(one, await claimOne(one), { kind: 'retry', in: 0, error });
    expect(await claimOne(other)).toMatchObject({ id: 'job-1', attempt: 2 });
  });

  it('without a payload stays without one', async () => {
    const [one, other] = [await opening(), await opening()];
    await one.enqueue([job({ payload: undefined })]);
    expect((await claimOne(other)).payload).toBeUndefined();
  });

  it('is published again into a queue that somebody has deleted', async () => {
    const backend = await opening();
    await program.deleteQueue(QUEUE);
    await backend.enqueue([job()]);
    expect(await claimOne(backend)).toMatchObject({ id: 'job-1' });
  });
});

describe('dead letters', () => {
  it('lie in the dead queue of the broker with the reason', async () => {
    const backend = await opening();
    await backend.enqueue([job({ headers: { tenant: 'a' } })]);
    await settle(backend, await claimOne(backend), failed('no such mailbox', 'E_MAILBOX'));
    const { properties, content } = await program.watchDead(QUEUE);
    expect(content.toString()).toBe('{"to":"ann@example.com"}');
    expect(properties).toMatchObject({
      type: 'send-email',
      messageId: 'job-1',
      headers: {
        'x-tasks-error': 'no such mailbox',
        'x-tasks-error-name': 'MailError',
        'x-tasks-error-code': 'E_MAILBOX',
        'x-tasks-attempt': 1,
        tenant: 'a',
      },
    });
  });

  it('are kept at the broker as long as the ledger keeps the job', async () => {
    const backend = await opening();
    backend.declare([{ name: QUEUE, retention: { failedTtl: 90_000 } }]);
    await backend.enqueue([job()]);
    await settle(backend, await claimOne(backend), failed('no'));
    expect((await program.watchDead(QUEUE)).properties.expiration).toBe('90000');
  });

  it('carry the beginning of a reason that is as long as a book', async () => {
    const backend = await opening();
    await backend.enqueue([job()]);
    await settle(backend, await claimOne(backend), failed('x'.repeat(100_000)));
    expect((await program.watchDead(QUEUE)).properties.headers?.['x-tasks-error']).toBe('x'.repeat(2_000));
  });

  it('are read into the ledger of a process that starts later', async () => {
    const first = await opening();
    await first.enqueue([job({ headers: { tenant: 'a' } })]);
    await settle(first, await claimOne(first), failed('no such mailbox', 'E_MAILBOX'));
    await first.close();
    expect(await deadIn(await opening())).toMatchObject([
      {
        id: 'job-1',
        name: 'send-email',
        payload: '{"to":"ann@example.com"}',
        headers: { tenant: 'a' },
        error: { name: 'MailError', message: 'no such mailbox', code: 'E_MAILBOX' },
      },
    ]);
  });

  it('stay in the dead queue when they have been read', async () => {
    const first = await opening();
    await first.enqueue([job({ id: 'a' }), job({ id: 'b' })]);
    for (const claimed of await claimSome(first)) await settle(first, claimed, failed('no'));
    await opening();
    const third = await opening();
    expect((await deadIn(third)).map(({ id }) => id).toSorted()).toEqual(['a', 'b']);
  });

  it('that could be no job are read back with their bytes and their reason', async () => {
    const first = await opening();
    await program.publish(QUEUE, '{"to":', { type: 'send-email', messageId: 'bad' });
    await claimOnce(first);
    await first.close();
    const [dead] = await deadIn(await opening());
    expect(Buffer.from((dead?.payload ?? '') as string).toString()).toBe('{"to":');
    expect(dead?.error).toMatchObject({
      name: 'TaskValidationError',
      message: 'The message cannot be run: its body is no JSON.',
      code: 'TASKS_VALIDATION',
    });
  });

  it('that a foreign consumer made are read with the reason of the broker', async () => {
    const first = await opening();
    await first.enqueue([job()]);
    await first.close();
    await program.giveUp(QUEUE);
    expect(await deadIn(await opening())).toMatchObject([
      { id: 'job-1', error: { name: 'DeadLetter', message: 'The broker gave it up: rejected.' } },
    ]);
  });

  it('that are no jobs of anybody do not keep a process from starting', async () => {
    const first = await opening();
    await first.close();
    await program.publish(QUEUE, 'nonsense');
    await program.giveUp(QUEUE);
    expect(await deadIn(await opening())).toEqual([]);
  });

  it('are not read when `readDeadLetters` says so', async () => {
    const first = await opening();
    await first.enqueue([job()]);
    await settle(first, await claimOne(first), failed('no'));
    expect(await deadIn(await opening({ readDeadLetters: false }))).toEqual([]);
  });

  describe('that are wanted no longer', () => {
    const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
    /** Some of them, of a process that is there no more when `act` is over. */
    const someDead = async (act: (backend: RabbitMqQueueBackend) => Promise<unknown>): Promise<void> => {
      const backend = await opening();
      await backend.enqueue(IDS.map((id) => job({ id })));
      for (const claimed of await claimSome(backend)) await settle(backend, claimed, failed('no'));
      expect(await program.count(`${QUEUE}:dead`)).toBe(IDS.length);
      await act(backend);
      await backend.close();
    };
    const refs = (ids: readonly string[]) => ids.map((id) => ({ queue: QUEUE, id }));
    const left = async () => (await deadIn(await opening())).map(({ id }) => id).toSorted();

    it('leave the dead queue when they are retried, however many at once', async () => {
      const [kept, ...retried] = IDS;
      await someDead((backend) => Promise.all(refs(retried).map((ref) => backend.retryDead([ref]))));
      expect(await left()).toEqual([kept]);
    });

    it('are not dead again for who starts later when they were removed', async () => {
      const [kept, ...removed] = IDS;
      await someDead((backend) => backend.remove(refs(removed)));
      expect(await left()).toEqual([kept]);
    });

    it('are not dead again for who starts later when all were cleared', async () => {
      await someDead((backend) => backend.clear(QUEUE, ['failed']));
      expect(await left()).toEqual([]);
      expect(await program.count(`${QUEUE}:dead`)).toBe(0);
    });

    it('stay when others are cleared', async () => {
      await someDead((backend) => backend.clear(QUEUE, ['completed']));
      expect(await left()).toEqual(IDS);
    });
  });

  it('leave the dead queue when they are retried, and run again', async () => {
    const backend = await opening();
    await backend.enqueue([job()]);
    await settle(backend, await claimOne(backend), failed('no'));
    expect(await backend.retryDead([{ queue: QUEUE, id: 'job-1' }])).toEqual(['retried']);
    expect(await claimOne(backend)).toMatchObject({ id: 'job-1' });
    await backend.close();
    expect(await program.count(`${QUEUE}:dead`)).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import {
  historyOf,
  idOf,
  isRecorded,
  type MessageJob,
  NO_HISTORY,
  readMessage,
  toPublication,
} from '../../../../lib/backends/rabbitmq/message.js';
import { resolveRabbitMqOptions } from '../../../../lib/backends/rabbitmq/resolve-rabbitmq-options.js';
import { ENVELOPE_VERSION } from '../../../../lib/contract/index.js';
import { aMessage } from './a-message.js';

const address = { exchange: 'tasks:work', key: 'mails' };
const job: MessageJob = {
  queue: 'mails',
  id: 'job-1',
  name: 'send-email',
  codec: 'json',
  version: ENVELOPE_VERSION,
  priority: 5,
  maxRetries: 3,
  payload: '{"to":"ann"}',
};

/** What else a message is made of. */
interface MessageParts {
  readonly history?: typeof NO_HISTORY;
  readonly recorded?: boolean;
  readonly options?: Record<string, unknown>;
}

function publication(
  more: Partial<MessageJob> = {},
  { history = NO_HISTORY, recorded = false, options = {} }: MessageParts = {},
) {
  const settings = resolveRabbitMqOptions({ name: 'mq', options });
  return toPublication(address, { ...job, ...more }, history, recorded, settings);
}

function delivered(...args: Parameters<typeof publication>) {
  const { options, content } = publication(...args);
  return aMessage(options, content);
}

function readBack(more: Partial<MessageJob>) {
  const read = readMessage('mails', delivered(more));
  if ('flaw' in read) throw new Error(read.flaw);
  return read.job;
}

function flawOf(message: ReturnType<typeof aMessage>): string | undefined {
  const read = readMessage('mails', message);
  return 'flaw' in read ? read.flaw : undefined;
}

describe('what a message says of its job', () => {
  it.each<[string, Partial<MessageJob>]>([
    ['id', { id: '0190-abc' }],
    ['name', { name: 'Größe-1' }],
    ['text as payload', { payload: '"é😀"' }],
    ['empty text as payload', { payload: '' }],
    ['no payload', { payload: undefined }],
    ['codec', { codec: 'yaml' }],
    ['lowest priority', { priority: 0 }],
    ['highest priority', { priority: 20 }],
    ['priority between two levels of the queue', { priority: 13 }],
    ['no retries', { maxRetries: 0 }],
    ['retries', { maxRetries: 1_000 }],
    ['stalls', { maxStalled: 7 }],
    ['unbounded stalls', { maxStalled: 0 }],
    ['timeout', { timeout: 1_500 }],
    ['headers', { headers: { traceparent: '00-1-2-01', empty: '' } }],
  ])('comes back as it went: %s', (_, more) => {
    expect(readBack(more)).toMatchObject(more);
  });

  it('comes back as it went: bytes as payload', () => {
    const payload = Uint8Array.from([0, 255, 128]);
    expect([...(readBack({ codec: 'msgpack', payload }).payload as Uint8Array)]).toEqual([...payload]);
  });

  it('is of the bytes that a view shows, and not of the memory behind it', () => {
    const view = new Uint8Array(Uint8Array.from([1, 2, 3, 4]).buffer, 1, 2);
    expect([...publication({ payload: view }).content]).toEqual([2, 3]);
  });

  it('is nothing of what was left out', () => {
    const back = readBack({});
    expect(back).not.toHaveProperty('maxStalled');
    expect(back).not.toHaveProperty('timeout');
    expect(back.headers).toBeUndefined();
  });

  it('is kept for the sake of the broker, under an id that may be there', () => {
    expect(readBack({})).toMatchObject({ external: true, repeat: true });
  });
});

describe('the form of a message', () => {
  it('survives a restart, comes back when no queue takes it, and says whose it is', () => {
    const { options } = publication();
    expect(options).toMatchObject({ persistent: true, mandatory: true, appId: 'nestjs-tasks' });
  });

  it('has no headers at all where nothing is out of the ordinary: one alone would cost a third of the speed', () => {
    expect(publication().options.headers).toBeUndefined();
  });

  it.each<[string, Partial<MessageJob>, Record<string, unknown>]>([
    ['a priority', { priority: 9 }, { 'x-tasks-priority': 9 }],
    ['its retries', { maxRetries: 0 }, { 'x-tasks-max-retries': 0 }],
    ['a timeout', { timeout: 900 }, { 'x-tasks-timeout': 900 }],
    ['a codec', { codec: 'yaml' }, { 'x-tasks-codec': 'yaml' }],
    ['a later version', { version: 2 }, { 'x-tasks-version': 2 }],
    ['that there is no payload', { payload: undefined }, { 'x-tasks-no-payload': true }],
  ])('says %s by a header where it is another than by default', (_, more, headers) => {
    expect(publication(more).options.headers).toEqual(headers);
  });

  it.each<[string, Partial<MessageJob>, string, string | undefined]>([
    ['JSON', {}, 'application/json', 'utf-8'],
    ['text of another codec', { codec: 'yaml' }, 'application/octet-stream', 'utf-8'],
    ['bytes', { codec: 'msgpack', payload: new Uint8Array(1) }, 'application/octet-stream', undefined],
  ])('names its content: %s', (_, more, contentType, contentEncoding) => {
    const { options } = publication(more);
    expect([options.contentType, options.contentEncoding]).toEqual([contentType, contentEncoding]);
  });

  it.each([
    [0, 10, 0],
    [5, 10, 3],
    [20, 10, 10],
    [20, 1, 1],
    [9, 1, 0],
    [20, 0, 0],
    [13, 20, 13],
  ])('folds priority %i into %i levels of a classic queue as %i', (priority, maxPriority, level) => {
    expect(publication({ priority }, { options: { maxPriority } }).options.priority).toBe(level);
  });

  it('leaves the priority to a quorum queue as it is', () => {
    expect(publication({ priority: 13 }, { options: { queueType: 'quorum' } }).options.priority).toBe(13);
  });

  it.each(['x-tasks-recorded', 'x-tasks-attempt', 'x-death', 'x-first-death-reason', 'x-delivery-count'])(
    'lets no header of a job pass for one of its own or of the broker: %s',
    (name) => {
      const message = delivered({ headers: { [name]: 'forged', own: 'kept' } });
      expect(message.properties.headers?.[name]).not.toBe('forged');
      expect(message.properties.headers).toMatchObject({ own: 'kept' });
    },
  );

  it.each([
    ['a name of 255 bytes', { ['n'.repeat(255)]: 'a' }],
    ['a name of 128 letters in 256 bytes', { ['é'.repeat(128)]: 'a' }],
  ])('leaves out a header that AMQP cannot carry: %s', (_, headers) => {
    expect(readBack({ headers }).headers).toBeUndefined();
  });

  it.each([
    [32_764, true],
    [32_765, false],
  ])('carries headers that fit: %i bytes after a name of 4', (size, fits) => {
    expect(readBack({ headers: { name: 'x'.repeat(size) } }).headers !== undefined).toBe(fits);
  });
});

describe('what a message says beside its job', () => {
  it('is the runs and redeliveries so far', () => {
    const history = { attempt: 4, redeliveries: 2 };
    expect(historyOf(delivered({}, { history }))).toEqual(history);
  });

  it.each([{}, { 'x-tasks-attempt': 'four' }, { 'x-tasks-attempt': -1 }, { 'x-tasks-attempt': 1e300 }])(
    'is nothing when it makes no sense: %o',
    (headers) => {
      expect(historyOf(aMessage({ headers }))).toEqual(NO_HISTORY);
    },
  );

  it.each([true, false])('is whether a shared ledger knows the job: %s', (recorded) => {
    expect(isRecorded(delivered({}, { recorded }))).toBe(recorded);
  });

  it('is no record on the word of another app', () => {
    expect(isRecorded(aMessage({ appId: 'shop' }))).toBe(false);
  });

  it.each<[unknown, string | undefined]>([
    ['a', 'a'],
    ['x'.repeat(128), 'x'.repeat(128)],
    ['x'.repeat(129), undefined],
    ['', undefined],
    [undefined, undefined],
    [17, undefined],
  ])('is an id, if it is fit for one', (messageId, id) => {
    expect(idOf(aMessage({ messageId }))).toBe(id);
  });
});

describe('a message of somebody else', () => {
  it('needs no more than a type and a body', () => {
    expect(readMessage('mails', aMessage({ type: 'send-email', messageId: 'a' }, '[1]'))).toMatchObject({
      job: { queue: 'mails', id: 'a', name: 'send-email', codec: 'json', payload: '[1]', priority: 5 },
    });
  });

  it('may have no headers at all', () => {
    expect(flawOf(aMessage({ type: 'send-email', headers: undefined }))).toBeUndefined();
  });

  it('may name its task in a header, where its client sets no type', () => {
    const message = aMessage({ headers: { 'x-tasks-name': 'send-email' } });
    expect(readMessage('mails', message)).toMatchObject({ job: { name: 'send-email' } });
  });

  it.each<[string, Record<string, unknown>, Partial<MessageJob>]>([
    ['a priority beyond the highest is the highest', { 'x-tasks-priority': 4_000 }, { priority: 20 }],
    ['a negative priority is the default', { 'x-tasks-priority': -1 }, { priority: 5 }],
    ['a priority in words is the default', { 'x-tasks-priority': 'high' }, { priority: 5 }],
    ['a broken number of retries is the default', { 'x-tasks-max-retries': 1.5 }, { maxRetries: 3 }],
    ['no retries are no retries', { 'x-tasks-max-retries': 0 }, { maxRetries: 0 }],
    ['headers that are no text stay behind', { count: 3, deep: { a: [1] } }, { headers: undefined }],
    ['headers of the broker stay behind', { 'x-first-death-queue': 'a' }, { headers: undefined }],
  ])('may have odd headers: %s', (_, headers, expected) => {
    expect(readMessage('mails', aMessage({ type: 't', headers }))).toMatchObject({ job: expected });
  });

  it.each([0, -1, '5s', { ms: 5 }])('has the timeout of the app when its own is none: %o', (timeout) => {
    const read = readMessage('mails', aMessage({ type: 't', headers: { 'x-tasks-timeout': timeout } }));
    expect(read).toHaveProperty('job');
    expect(read).not.toHaveProperty('job.timeout');
  });

  it.each<[string, ReturnType<typeof aMessage>, RegExp]>([
    ['no task', aMessage(), /names no task: set the property `type`/],
    ['a task that is no text', aMessage({ type: 7 }), /names no task/],
    ['a truncated body', aMessage({ type: 't' }, '{"a":'), /no JSON/],
    ['an empty body', aMessage({ type: 't' }, ''), /no JSON/],
    ['two values', aMessage({ type: 't' }, '{}{}'), /no JSON/],
    ['a lone byte', aMessage({ type: 't' }, Uint8Array.of(0xc3)), /no UTF-8 text/],
    [
      'a numeric codec',
      aMessage({ type: 't', headers: { 'x-tasks-codec': 1 } }),
      /`x-tasks-codec` is no text/,
    ],
    ['a later version', aMessage({ type: 't', headers: { 'x-tasks-version': 2 } }), /version 2.*reads 1/],
  ])('can be no job with %s', (_, message, flaw) => {
    expect(flawOf(message)).toMatch(flaw);
  });
});

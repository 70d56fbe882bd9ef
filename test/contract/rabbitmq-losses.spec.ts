import { type Channel, type ChannelModel, connect } from 'amqplib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryQueueBackend } from '../../lib/backends/memory/memory-queue-backend.js';
import { RabbitMqQueueBackend } from '../../lib/backends/rabbitmq/rabbitmq-queue-backend.js';
import { resolveRabbitMqOptions } from '../../lib/backends/rabbitmq/resolve-rabbitmq-options.js';
import type { Claim, NewJob } from '../../lib/contract/index.js';
import { aJob, ManualClock } from '../../lib/testing/index.js';
import { dropFromBroker, sharedRabbitMq, uniqueRabbitMqPrefix } from '../servers/shared-rabbitmq.js';
import { TcpProxy } from '../servers/tcp-proxy.js';
import { SharedLedger } from './shared-ledger.js';

const PATIENCE = { timeout: 10_000, interval: 10 };
const QUEUE = 'work';
/** Longer than it takes to look at an empty queue twice. */
const TWO_LOOKS = 11_000;

/** What is lost at the broker, and what the broker does not want. */
describe('on rabbitmq', () => {
  let url: string;
  let prefix: string;
  let admin: ChannelModel;
  let channel: Channel;
  let clock: ManualClock;
  let warnings: string[];
  let opened: RabbitMqQueueBackend[];

  const open = async (
    ledger: MemoryQueueBackend,
    options: Readonly<Record<string, unknown>> = {},
    at = url,
  ): Promise<RabbitMqQueueBackend> => {
    const settings = resolveRabbitMqOptions({ name: 'rabbitmq', url: at, options: { prefix, ...options } });
    const warn = (message: string) => void warnings.push(message);
    const queue = new RabbitMqQueueBackend({ settings, ledger, clock, warn });
    queue.declare([{ name: QUEUE }]);
    opened.push(queue);
    await queue.open();
    return queue;
  };
  const sharing = (options: Readonly<Record<string, unknown>> = {}) =>
    open(new SharedLedger({ clock }), options);
  const lying = async (queue = `${prefix}.${QUEUE}`) => (await channel.checkQueue(queue)).messageCount;
  const jobs = (count: number, given: Partial<NewJob> = {}) =>
    Array.from({ length: count }, () => aJob({ queue: QUEUE, ...given }));
  const claim = (queue: RabbitMqQueueBackend, limit = 100): Promise<Claim> =>
    queue.claim({ worker: 'worker', lease: 1_000, take: [{ queue: QUEUE, limit }] });

  beforeAll(async () => {
    ({ url } = await sharedRabbitMq());
    admin = await connect(url);
  });
  afterAll(() => admin.close());
  beforeEach(async () => {
    prefix = uniqueRabbitMqPrefix();
    clock = new ManualClock();
    warnings = [];
    opened = [];
    channel = await admin.createChannel();
  });
  afterEach(async () => {
    await Promise.all(opened.map((queue) => queue.close()));
    await channel.close();
    const queue = `${prefix}.${QUEUE}`;
    await dropFromBroker(
      url,
      [queue, `${queue}:dead`],
      [`${prefix}:work`, `${prefix}:dead`, `${prefix}:due`],
    );
  });

  describe('a queue that somebody has purged', () => {
    it('gets its jobs back from the ledger, by whoever serves it', async () => {
      const queue = await sharing();
      queue.subscribe(QUEUE, { demand: 0 }, () => undefined);
      await queue.enqueue(jobs(3));
      await channel.purgeQueue(`${prefix}.${QUEUE}`);
      await vi.waitFor(async () => {
        await clock.advance(TWO_LOOKS);
        expect(await lying()).toBe(3);
        expect(warnings.join('\n')).toContain('3 jobs are published again');
      }, PATIENCE);
    });

    it('gets none of those that run or have ended', async () => {
      const queue = await sharing();
      const [first, second] = jobs(2);
      await queue.enqueue([first!, second!]);
      const taken = await queue.claim({ worker: 'w', lease: 3_600_000, take: [{ queue: QUEUE, limit: 2 }] });
      const [one, two] = taken.jobs;
      queue.subscribe(QUEUE, { demand: 0 }, () => undefined);
      const settle = [{ receipt: one!.receipt, outcome: { kind: 'completed' as const } }];
      await queue.claim({ worker: 'w', lease: 1_000, take: [], settle });
      for (let look = 0; look < 3; look++) await clock.advance(TWO_LOOKS);
      expect(two).toBeDefined();
      expect(await lying()).toBe(0);
      expect(warnings).toEqual([]);
    });
  });

  it('jobs that wait at the broker are not published again, however often it is looked at', async () => {
    const queue = await sharing();
    queue.subscribe(QUEUE, { demand: 0 }, () => undefined);
    await queue.enqueue(jobs(2));
    for (let look = 0; look < 3; look++) await clock.advance(TWO_LOOKS);
    expect(await lying()).toBe(2);
  });

  it('a queue that somebody has deleted is mended once, however many calls notice', async () => {
    const queue = await sharing();
    await queue.enqueue(jobs(20));
    await channel.deleteQueue(`${prefix}.${QUEUE}`);
    await Promise.all(Array.from({ length: 20 }, () => queue.enqueue(jobs(1))));
    await queue.close();
    // Those that were lost, those that came, and both once more where they came before all was published again.
    expect(await lying()).toBeGreaterThanOrEqual(40);
    expect(await lying()).toBeLessThanOrEqual(120);
  });

  describe('a queue that is full at the broker', () => {
    const fill = async (queue: RabbitMqQueueBackend) => {
      await vi.waitFor(async () => {
        const [verdict] = await queue.enqueue(jobs(1));
        expect(verdict).toMatchObject({ status: 'refused', code: 'TASKS_QUEUE_FULL' });
      }, PATIENCE);
    };
    const keyed = (key: string) => jobs(1, { idempotency: { key, ttl: 60_000 } });

    it('does not lose a job whose key somebody else has used meanwhile', async () => {
      const queue = await sharing({ maxLength: 1 });
      await fill(queue);
      await clock.advance(2_000);
      const calls = await Promise.all([queue.enqueue(keyed('k')), queue.enqueue(keyed('k'))]);
      const ids = calls.flatMap(([verdict]) => (verdict?.status === 'refused' ? [] : (verdict?.id ?? [])));
      const records = await queue.get(ids.map((id) => ({ queue: QUEUE, id })));
      expect(ids).toHaveLength(2);
      expect(records.map((record) => record?.state)).toEqual(['pending', 'pending']);
    });

    it('refuses jobs with keys before they are kept, as long as it is known to be full', async () => {
      const queue = await sharing({ maxLength: 1 });
      await fill(queue);
      const [keyedOne] = keyed('k');
      const [plain] = jobs(1);
      expect(await queue.enqueue([plain!, keyedOne!])).toEqual([
        { status: 'refused', code: 'TASKS_QUEUE_FULL', detail: QUEUE },
        { status: 'refused', code: 'TASKS_QUEUE_FULL', detail: QUEUE },
      ]);
      expect(await queue.get([keyedOne!, plain!])).toEqual([undefined, undefined]);
    });
  });

  describe('while the ledger fails', () => {
    /** Answers everything but what a record is, for as long as `isMute`. */
    class MuteLedger extends SharedLedger {
      isMute = false;

      override get(refs: Parameters<MemoryQueueBackend['get']>[0]): ReturnType<MemoryQueueBackend['get']> {
        return this.isMute ? Promise.reject(new Error('mute')) : super.get(refs);
      }
    }

    it('a claim hands over what it was given, and drops later what it could not ask about', async () => {
      const ledger = new MuteLedger({ clock });
      const queue = await open(ledger);
      const [kept, cancelled] = jobs(2);
      let news = 0;
      queue.subscribe(QUEUE, { demand: 10 }, () => news++);
      await queue.enqueue([kept!, cancelled!]);
      await vi.waitFor(async () => {
        expect(news).toBeGreaterThan(0);
        expect(await lying()).toBe(0);
      }, PATIENCE);
      await queue.cancel([cancelled!], 'not wanted');
      ledger.isMute = true;
      const { jobs: given } = await claim(queue);
      ledger.isMute = false;
      expect(given.map(({ id }) => id)).toEqual([kept!.id]);
      await queue.claim({
        worker: 'worker',
        lease: 1_000,
        take: [{ queue: QUEUE, limit: 10 }],
        settle: [{ receipt: given[0]!.receipt, outcome: { kind: 'completed' } }],
      });
      await queue.close();
      expect(await lying()).toBe(0);
    });
  });

  it('a job that nobody was heard of again has its copy among the dead letters of the broker', async () => {
    const queue = await sharing();
    const [job] = jobs(1, { maxStalled: 1 });
    await queue.enqueue([job!]);
    await claim(queue);
    await clock.advance(1_500);
    const { ended } = await claim(queue);
    expect(ended).toMatchObject([{ id: job!.id }]);
    await vi.waitFor(async () => expect(await lying(`${prefix}.${QUEUE}:dead`)).toBe(1), PATIENCE);
    const copy = await channel.get(`${prefix}.${QUEUE}:dead`, { noAck: true });
    expect(copy && copy.properties.headers?.['x-tasks-error-code']).toBe('TASKS_STALLED');
  });

  it('a ledger that has lost its jobs gets the dead letters back from the broker, when it is told to', async () => {
    const before = await sharing();
    const [kept, other] = jobs(2, { maxRetries: 0 });
    await before.enqueue([kept!, other!]);
    for (const { receipt } of (await claim(before)).jobs) {
      const error = { name: 'MailError', message: 'no such mailbox' };
      const settle = [{ receipt, outcome: { kind: 'failed' as const, error } }];
      await before.claim({ worker: 'worker', lease: 1_000, take: [], settle });
    }
    await before.close();
    const dead = async (queue: RabbitMqQueueBackend) =>
      (await queue.find({ queue: QUEUE, states: ['failed'] })).items.map(({ id }) => id).toSorted();
    expect(await dead(await sharing())).toEqual([]);
    const after = await sharing({ readDeadLetters: true });
    expect(await dead(after)).toEqual([kept!.id, other!.id].toSorted());
    expect(await after.retryDead([kept!])).toEqual(['retried']);
    await vi.waitFor(async () => {
      expect((await claim(after)).jobs.map(({ id }) => id)).toEqual([kept!.id]);
    }, PATIENCE);
  });

  it('who only enqueues, without a shared ledger, repeats nothing when its connections come back', async () => {
    const { hostname, port } = new URL(url);
    const proxy = await TcpProxy.before(Number(port || 5672));
    const through = url.replace(hostname, '127.0.0.1').replace(port || '5672', String(proxy.port));
    const producer = await open(new MemoryQueueBackend(), {}, through);
    await producer.enqueue(jobs(5));
    await channel.purgeQueue(`${prefix}.${QUEUE}`);
    proxy.cut();
    await vi.waitFor(() => expect(producer.handles).toBe(0), PATIENCE);
    await vi.waitFor(() => expect(producer.handles).toBe(2), PATIENCE);
    await producer.enqueue(jobs(1));
    expect(await lying()).toBe(1);
    await producer.close();
    await proxy.close();
  });
});

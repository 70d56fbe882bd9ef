import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryQueueBackend } from '../../lib/backends/memory/memory-queue-backend.js';
import { RabbitMqQueueBackend } from '../../lib/backends/rabbitmq/rabbitmq-queue-backend.js';
import { resolveRabbitMqOptions } from '../../lib/backends/rabbitmq/resolve-rabbitmq-options.js';
import { type Claim, type ClaimRequest, systemClock } from '../../lib/contract/index.js';
import { BackendFaultError, BackendUnavailableError } from '../../lib/errors/index.js';
import { aJob } from '../../lib/testing/index.js';
import { dropFromBroker, sharedRabbitMq, uniqueRabbitMqPrefix } from '../servers/shared-rabbitmq.js';
import { TcpProxy } from '../servers/tcp-proxy.js';

/** Patience for what the broker and a reconnect take, on a slow machine. */
const PATIENCE = { timeout: 10_000, interval: 10 };
const QUEUE = 'work';

/** What can happen to the line, to a channel or to a queue while jobs flow. */
describe('faults on rabbitmq', () => {
  let url: URL;
  let proxy: TcpProxy;
  let prefix: string;
  let admin: ChannelModel;
  let warnings: string[];
  const opened: RabbitMqQueueBackend[] = [];

  const make = (options: Readonly<Record<string, unknown>> = {}, at = through(proxy)) => {
    const settings = resolveRabbitMqOptions({
      name: 'rabbitmq',
      url: at,
      options: { prefix, commandTimeout: 2_000, connectTimeout: 2_000, ...options },
    });
    const warn = (message: string) => void warnings.push(message);
    const queue = new RabbitMqQueueBackend({
      settings,
      ledger: new MemoryQueueBackend(),
      clock: systemClock,
      warn,
    });
    queue.declare([{ name: QUEUE }]);
    opened.push(queue);
    return queue;
  };
  const open = async (options: Readonly<Record<string, unknown>> = {}) => {
    const queue = make(options);
    await queue.open();
    return queue;
  };
  const through = ({ port }: { readonly port: number }): string => {
    const there = new URL(url);
    there.hostname = '127.0.0.1';
    there.port = String(port);
    return there.href;
  };
  const claim = (queue: RabbitMqQueueBackend, request: Partial<ClaimRequest> = {}): Promise<Claim> =>
    queue.claim({ worker: 'worker', lease: 60_000, take: [{ queue: QUEUE, limit: 100 }], ...request });
  const complete = (queue: RabbitMqQueueBackend, { jobs }: Claim): Promise<Claim> => {
    const settle = jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' as const } }));
    return claim(queue, { take: [], settle });
  };
  /** Works like a pool of a hundred slots, and notes every run. */
  const consume = (queue: RabbitMqQueueBackend) => {
    const done: string[] = [];
    const rejected: string[] = [];
    let steps = Promise.resolve();
    const step = async () => {
      const taken = await claim(queue);
      if (taken.jobs.length === 0) return;
      const { verdicts } = await complete(queue, taken);
      taken.jobs.forEach(({ id }, place) => (verdicts[place] === 'applied' ? done : rejected).push(id));
    };
    const subscription = queue.subscribe(QUEUE, { demand: 100 }, () => {
      steps = steps.then(step).catch(() => undefined);
    });
    return { done, rejected, close: () => subscription.close() };
  };
  const jobs = (count: number) => Array.from({ length: count }, () => aJob({ queue: QUEUE }));
  const idsOf = (of: readonly { readonly id: string }[]) => of.map(({ id }) => id).toSorted();
  const isUp = (queue: RabbitMqQueueBackend) =>
    vi.waitFor(async () => {
      expect(queue.handles).toBe(2);
      await queue.ping();
    }, PATIENCE);
  const atBroker = async <T>(step: (channel: Channel) => Promise<T>): Promise<T> => {
    const channel = await admin.createChannel();
    channel.on('error', () => undefined);
    try {
      return await step(channel);
    } finally {
      await channel.close().catch(() => undefined);
    }
  };
  const consumers = () =>
    atBroker(async (channel) => (await channel.checkQueue(`${prefix}.${QUEUE}`)).consumerCount);
  const waiting = () =>
    atBroker(async (channel) => (await channel.checkQueue(`${prefix}.${QUEUE}`)).messageCount);

  beforeAll(async () => {
    url = new URL((await sharedRabbitMq()).url);
    admin = await connect(url.href);
  });
  afterAll(() => admin.close());
  beforeEach(async () => {
    prefix = uniqueRabbitMqPrefix();
    warnings = [];
    proxy = await TcpProxy.before(Number(url.port || 5672));
  });
  afterEach(async () => {
    proxy.silence(false);
    await Promise.all(opened.splice(0).map((queue) => queue.close()));
    await proxy.close();
    await dropFromBroker(
      url.href,
      [`${prefix}.${QUEUE}`, `${prefix}.${QUEUE}:dead`],
      [`${prefix}:work`, `${prefix}:dead`, `${prefix}:due`],
    );
  });

  describe('when every connection is cut', () => {
    it('comes back by itself, and works as before', async () => {
      const queue = await open();
      proxy.cut();
      await vi.waitFor(() => expect(queue.handles).toBe(0), PATIENCE);
      await isUp(queue);
      const [job] = jobs(1);
      await queue.enqueue([job!]);
      expect(idsOf((await claim(queue)).jobs)).toEqual([job!.id]);
    });

    it('consumes again', async () => {
      const queue = await open();
      const { done, close } = consume(queue);
      await vi.waitFor(async () => expect(await consumers()).toBe(1), PATIENCE);
      proxy.cut();
      await isUp(queue);
      const later = jobs(5);
      await queue.enqueue(later);
      await vi.waitFor(() => expect(done.toSorted()).toEqual(idsOf(later)), PATIENCE);
      close();
    });

    it('while jobs flow: none that was accepted is lost, and no verdict is applied twice', async () => {
      const queue = await open();
      const { done, close } = consume(queue);
      const accepted: string[] = [];
      for (let round = 0; round < 12; round++) {
        const some = jobs(20);
        const verdicts = await queue.enqueue(some).catch(() => []);
        verdicts.forEach(({ status }, place) => status === 'created' && accepted.push(some[place]!.id));
        if (round % 4 === 1) {
          proxy.cut();
          await sleep(10);
          await isUp(queue);
        }
      }
      await vi.waitFor(() => expect(done).toEqual(expect.arrayContaining(accepted)), PATIENCE);
      expect(accepted.length).toBeGreaterThan(0);
      expect(done).toHaveLength(new Set(done).size);
      close();
    });

    it('refuses what is enqueued meanwhile at once, as not sent', async () => {
      const queue = await open();
      await proxy.close();
      await vi.waitFor(() => expect(queue.handles).toBe(0), PATIENCE);
      const error: unknown = await queue.enqueue(jobs(1)).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(BackendUnavailableError);
      expect(error).toMatchObject({ outcome: 'not-sent' });
    });

    it('acknowledges no other message with what was in hand', async () => {
      const queue = await open();
      const [first, second] = jobs(2);
      await queue.enqueue([first!]);
      const taken = await claim(queue);
      proxy.cut();
      await vi.waitFor(() => expect(queue.handles).toBe(0), PATIENCE);
      await isUp(queue);
      await queue.enqueue([second!]);
      // The tag of the first is the second's on the channel that is there now.
      await complete(queue, taken);
      const seen = new Set<string>();
      await vi.waitFor(async () => {
        for (const { id } of (await claim(queue)).jobs) seen.add(id);
        expect([...seen]).toEqual([second!.id]);
      }, PATIENCE);
    });
  });

  describe('when the broker closes a channel', () => {
    it('opens it again, says why, and goes on', async () => {
      const queue = await open();
      const { done, close } = consume(queue);
      await vi.waitFor(async () => expect(await consumers()).toBe(1), PATIENCE);
      await atBroker((channel) => channel.deleteQueue(`${prefix}.${QUEUE}`));
      await vi.waitFor(async () => expect(await consumers().catch(() => 0)).toBe(1), PATIENCE);
      const later = jobs(3);
      await queue.enqueue(later);
      await vi.waitFor(() => expect(done.toSorted()).toEqual(idsOf(later)), PATIENCE);
      expect(warnings.join('\n')).toContain(`the broker has ended the consumer of queue "${QUEUE}"`);
      close();
    });

    it('for a queue that is gone when it is fetched from, declares it again', async () => {
      const queue = await open();
      await atBroker((channel) => channel.deleteQueue(`${prefix}.${QUEUE}`));
      await claim(queue);
      const [job] = jobs(1);
      await vi.waitFor(() => queue.enqueue([job!]), PATIENCE);
      const seen: string[] = [];
      await vi.waitFor(async () => {
        seen.push(...idsOf((await claim(queue)).jobs));
        expect(seen).toEqual([job!.id]);
      }, PATIENCE);
    });
  });

  describe('when a queue is deleted by hand', () => {
    it('publishes what waited in it again', async () => {
      const queue = await open();
      const lost = jobs(3);
      await queue.enqueue(lost);
      await atBroker((channel) => channel.deleteQueue(`${prefix}.${QUEUE}`));
      const next = jobs(1);
      await queue.enqueue(next);
      const seen = new Set<string>();
      await vi.waitFor(async () => {
        for (const { id } of (await claim(queue)).jobs) seen.add(id);
        expect([...seen].toSorted()).toEqual(idsOf([...lost, ...next]));
      }, PATIENCE);
    });
  });

  describe('when a queue is full at the broker', () => {
    it('refuses what does not fit, and keeps what did', async () => {
      const queue = await open({ maxLength: 2 });
      const verdicts = [];
      for (const job of jobs(4)) verdicts.push(...(await queue.enqueue([job])));
      const refused = verdicts.filter(({ status }) => status === 'refused');
      expect(verdicts[0]).toMatchObject({ status: 'created' });
      expect(refused).not.toHaveLength(0);
      expect(refused[0]).toMatchObject({ code: 'TASKS_QUEUE_FULL', detail: QUEUE });
      expect(await waiting()).toBe(verdicts.length - refused.length);
    });

    it('forgets what it has refused: it may be enqueued later under the same id', async () => {
      const queue = await open({ maxLength: 1 });
      const [first, second] = jobs(2);
      await queue.enqueue([first!]);
      await vi.waitFor(async () => {
        const [verdict] = await queue.enqueue([aJob({ queue: QUEUE })]);
        expect(verdict).toMatchObject({ status: 'refused' });
      }, PATIENCE);
      expect(await queue.enqueue([second!])).toMatchObject([{ status: 'refused' }]);
      while ((await waiting()) > 0) await complete(queue, await claim(queue));
      expect(await queue.enqueue([second!])).toMatchObject([{ status: 'created' }]);
    });
  });

  describe('when a queue is there with other arguments', () => {
    const declareOtherwise = () =>
      atBroker((channel) => channel.assertQueue(`${prefix}.${QUEUE}`, { durable: true, maxLength: 7 }));

    it('does not open, and names the queue, the argument and the way out', async () => {
      await declareOtherwise();
      const error: unknown = await open().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(BackendFaultError);
      const { message, remedy } = error as BackendFaultError;
      expect(message).toContain(`${prefix}.${QUEUE}`);
      expect(message).toMatch(/inequivalent arg '[\w-]+'/);
      expect(remedy).toContain('options.prefix');
    });

    it('leaves no connection open', async () => {
      await declareOtherwise();
      const queue = make();
      await expect(queue.open()).rejects.toThrow(BackendFaultError);
      expect(queue.handles).toBe(0);
    });

    it('that came while it ran: tells whoever enqueues, and keeps its connections', async () => {
      const queue = await open();
      await atBroker((channel) => channel.deleteQueue(`${prefix}.${QUEUE}`));
      await declareOtherwise();
      proxy.cut();
      await vi.waitFor(() => expect(queue.handles).toBe(0), PATIENCE);
      await isUp(queue);
      await expect(queue.enqueue(jobs(1))).rejects.toThrow(BackendFaultError);
      expect(queue.handles).toBe(2);
    });
  });

  it('when the broker reads no more for a while, what is enqueued waits for it, and all of it is taken then', async () => {
    const queue = await open({ commandTimeout: '20s' });
    const payload = JSON.stringify('x'.repeat(4_000));
    const batches = Array.from({ length: 40 }, () =>
      Array.from({ length: 100 }, () => aJob({ queue: QUEUE, payload })),
    );
    proxy.stall(true);
    const calls = Promise.all(batches.map((batch) => queue.enqueue(batch)));
    expect(await Promise.race([calls, sleep(500, 'held')])).toBe('held');
    expect(await waiting()).toBeLessThan(4_000);
    proxy.stall(false);
    const verdicts = (await calls).flat();
    expect(new Set(verdicts.map(({ status }) => status))).toEqual(new Set(['created']));
    expect(await waiting()).toBe(4_000);
  });

  describe('when the network has gone and no one says so', () => {
    it.each([
      ['enqueue', (queue: RabbitMqQueueBackend) => queue.enqueue(jobs(1))],
      ['ping', (queue: RabbitMqQueueBackend) => queue.ping()],
    ])('answers %s within its bound, as of unknown outcome', async (_, call) => {
      const queue = await open();
      proxy.silence(true);
      const late = sleep(5_000, 'late', { ref: false });
      const error = await Promise.race([call(queue).catch((reason: unknown) => reason), late]);
      expect(error).toBeInstanceOf(BackendUnavailableError);
      expect(error).toMatchObject({ outcome: 'unknown' });
    });

    it('notices by its heartbeat, and is back when the network is', async () => {
      const queue = await open({ heartbeat: '1s' });
      proxy.silence(true);
      await vi.waitFor(() => expect(queue.handles).toBe(0), PATIENCE);
      proxy.silence(false);
      await isUp(queue);
      expect(await queue.enqueue(jobs(1))).toMatchObject([{ status: 'created' }]);
    });
  });

  describe('when the broker is out of reach as it opens', () => {
    const reach = async (at: string): Promise<BackendUnavailableError> => {
      const queue = make({}, at);
      const error: unknown = await queue.open().catch((reason: unknown) => reason);
      expect(queue.handles).toBe(0);
      return error as BackendUnavailableError;
    };

    it('fails at once where nobody listens, and says what to do', async () => {
      const { port } = proxy;
      await proxy.close();
      const error = await reach(`amqp://app:pa55word@127.0.0.1:${port}`);
      expect(error).toBeInstanceOf(BackendUnavailableError);
      expect(error.message).toContain('nothing listens');
      expect(error.remedy).toContain('Start the broker');
      expect(inspect(error)).not.toContain('pa55word');
      proxy = await TcpProxy.before(Number(url.port || 5672));
    });

    it('fails where the password is wrong, and does not show it', async () => {
      const there = new URL(through(proxy));
      [there.username, there.password] = ['nobody', 'pa55word'];
      const error = await reach(there.href);
      expect(error).toBeInstanceOf(BackendFaultError);
      expect(inspect(error)).not.toContain('pa55word');
    });

    it('waits for one that accepts and says nothing no longer than its connectTimeout', async () => {
      const mute = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
      await once(mute, 'listening');
      const { port } = mute.address() as { port: number };
      const error = await Promise.race([
        reach(`amqp://127.0.0.1:${port}`),
        sleep(5_000, 'late', { ref: false }),
      ]);
      expect(error).toBeInstanceOf(BackendUnavailableError);
      mute.close();
    });
  });

  it.each([
    ['cut', () => proxy.cut()],
    ['silent', () => proxy.silence(true)],
  ])('ends soon when its line is %s just then, however long it would wait for an answer', async (_, fail) => {
    const queue = await open({ commandTimeout: '3s', heartbeat: '60s' });
    const { close } = consume(queue);
    await vi.waitFor(async () => expect(await consumers()).toBe(1), PATIENCE);
    close();
    fail();
    const since = performance.now();
    await queue.close();
    expect(performance.now() - since).toBeLessThan(7_000);
    expect(queue.handles).toBe(0);
  });

  it('ends at once when its line was cut: nobody will say that it has heard of it', async () => {
    const queue = await open({ commandTimeout: '30s' });
    proxy.cut();
    const since = performance.now();
    await queue.close();
    expect(performance.now() - since).toBeLessThan(5_000);
  });

  it('holds no connection once it is closed, nor makes one later', async () => {
    const queue = await open();
    proxy.cut();
    await queue.close();
    await sleep(300);
    expect(queue.handles).toBe(0);
  });
});

import { type ChannelModel, connect } from 'amqplib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryQueueBackend } from '../../lib/backends/memory/memory-queue-backend.js';
import { RabbitMqQueueBackend } from '../../lib/backends/rabbitmq/rabbitmq-queue-backend.js';
import { resolveRabbitMqOptions } from '../../lib/backends/rabbitmq/resolve-rabbitmq-options.js';
import { DELAY_STEPS } from '../../lib/backends/rabbitmq/topology.js';
import type { Claim, ClaimRequest, NewJob } from '../../lib/contract/index.js';
import { aJob, ManualClock } from '../../lib/testing/index.js';
import { dropFromBroker, sharedRabbitMq, uniqueRabbitMqPrefix } from '../servers/shared-rabbitmq.js';
import { TcpProxy } from '../servers/tcp-proxy.js';

const PATIENCE = { timeout: 10_000, interval: 10 };
const QUEUE = 'work';
const LEASE = 1_000;

/** What no process tells another: the broker alone has to keep it. */
describe('rabbitmq without a ledger that others share', () => {
  let url: string;
  let prefix: string;
  let admin: ChannelModel;
  let clock: ManualClock;
  let opened: RabbitMqQueueBackend[];

  const open = async (at = url) => {
    const settings = resolveRabbitMqOptions({ name: 'rabbitmq', url: at, options: { prefix } });
    const ledger = new MemoryQueueBackend({ clock });
    const queue = new RabbitMqQueueBackend({ settings, ledger, clock, warn: () => undefined });
    queue.declare([{ name: QUEUE }]);
    opened.push(queue);
    await queue.open();
    return queue;
  };
  const asked = async <T>(
    ask: (channel: Awaited<ReturnType<ChannelModel['createChannel']>>) => Promise<T>,
  ) => {
    const channel = await admin.createChannel();
    channel.on('error', () => undefined);
    const answer = await ask(channel);
    await channel.close();
    return answer;
  };
  const lying = () => asked(async (channel) => (await channel.checkQueue(`${prefix}.${QUEUE}`)).messageCount);
  const job = (given: Partial<NewJob> = {}) => aJob({ queue: QUEUE, ...given });
  const claim = (queue: RabbitMqQueueBackend, request: Partial<ClaimRequest> = {}): Promise<Claim> =>
    queue.claim({ worker: 'worker', lease: LEASE, take: [{ queue: QUEUE, limit: 10 }], ...request });
  const arrives = (queue: RabbitMqQueueBackend) =>
    vi.waitFor(async () => {
      const [one] = (await claim(queue)).jobs;
      expect(one).toBeDefined();
      return one!;
    }, PATIENCE);

  beforeAll(async () => {
    ({ url } = await sharedRabbitMq());
    admin = await connect(url);
  });
  afterAll(() => admin.close());
  beforeEach(() => {
    prefix = uniqueRabbitMqPrefix();
    clock = new ManualClock();
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((queue) => queue.close()));
    const steps = Array.from({ length: DELAY_STEPS }, (_, step) => `${prefix}:delay.${step}`);
    const queue = `${prefix}.${QUEUE}`;
    const exchanges = ['work', 'dead', 'due'].map((name) => `${prefix}:${name}`);
    await dropFromBroker(url, [queue, `${queue}:dead`, ...steps], [...steps, ...exchanges]);
  });

  it('a delayed job reaches a queue that somebody has deleted, and another process declared anew', async () => {
    const [producer, consumer] = [await open(), await open()];
    await producer.enqueue([job({ delay: 500 })]);
    await asked((channel) => channel.deleteQueue(`${prefix}.${QUEUE}`));
    // Who fetches from a queue that is gone declares it anew.
    await vi.waitFor(async () => {
      await claim(consumer);
      await lying();
    }, PATIENCE);
    expect(await arrives(consumer)).toMatchObject({ queue: QUEUE });
  });

  it('a job that a settlement enqueued is published when the broker is back, since the settlement is kept', async () => {
    const proxy = await TcpProxy.before(Number(new URL(url).port || 5672));
    const through = Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(proxy.port) });
    const queue = await open(through.href);
    await queue.enqueue([job()]);
    const { receipt } = await arrives(queue);
    const child = job();
    vi.spyOn(queue.broker, 'publish').mockRejectedValueOnce(new Error('no connection'));
    const settle = [{ receipt, outcome: { kind: 'completed' as const }, enqueue: [child] }];
    expect((await claim(queue, { take: [], settle })).verdicts).toEqual(['applied']);
    proxy.cut();
    expect(await arrives(queue)).toMatchObject({ id: child.id });
    await queue.close();
    await proxy.close();
  });

  it('a job that could not be published is not kept, as whoever enqueued it is told', async () => {
    const queue = await open();
    const lost = job();
    vi.spyOn(queue.broker, 'publish').mockRejectedValueOnce(new Error('no connection'));
    await expect(queue.enqueue([lost])).rejects.toThrow('no connection');
    expect(await queue.get([lost])).toEqual([undefined]);
  });

  describe('a job whose lease was lost', () => {
    it('is at the broker again, for others, when its worker is told', async () => {
      const queue = await open();
      await queue.enqueue([job()]);
      const { receipt } = await arrives(queue);
      await clock.advance(LEASE);
      await queue.recover();
      expect((await queue.extend([receipt], LEASE)).lost).toEqual([receipt]);
      await queue.close();
      expect(await lying()).toBe(1);
    });

    it('is at the broker again, for others, when its outcome comes too late', async () => {
      const queue = await open();
      await queue.enqueue([job()]);
      const { receipt } = await arrives(queue);
      await clock.advance(LEASE);
      await queue.recover();
      const settle = [{ receipt, outcome: { kind: 'completed' as const } }];
      expect((await claim(queue, { take: [], settle })).verdicts).toEqual(['stale']);
      await queue.close();
      expect(await lying()).toBe(1);
    });

    it('runs again here, once', async () => {
      const queue = await open();
      await queue.enqueue([job()]);
      const { receipt } = await arrives(queue);
      await clock.advance(LEASE);
      await queue.recover();
      await queue.extend([receipt], LEASE);
      const again = await arrives(queue);
      const settle = [{ receipt: again.receipt, outcome: { kind: 'completed' as const } }];
      expect((await claim(queue, { take: [], settle })).verdicts).toEqual(['applied']);
      expect((await claim(queue)).jobs).toEqual([]);
      await queue.close();
      expect(await lying()).toBe(0);
    });
  });
});

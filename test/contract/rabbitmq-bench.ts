import { type Channel, type ChannelModel, connect } from 'amqplib';
import { RabbitMqQueueBackend } from '../../lib/backends/rabbitmq/rabbitmq-queue-backend.js';
import { resolveRabbitMqOptions } from '../../lib/backends/rabbitmq/resolve-rabbitmq-options.js';
import { DELAY_STEPS } from '../../lib/backends/rabbitmq/topology.js';
import type { Claim, ClaimRequest, NewJob, QueueBackend } from '../../lib/contract/index.js';
import { aJob, ManualClock } from '../../lib/testing/index.js';
import { dropFromBroker, sharedRabbitMq, uniqueRabbitMqPrefix } from '../servers/shared-rabbitmq.js';
import { TcpProxy } from '../servers/tcp-proxy.js';

export const QUEUE = 'work';
export const LEASE = 1_000;
/** Patience for what the broker and a reconnect take, on a slow machine. */
export const PATIENCE = { timeout: 10_000, interval: 10 };

/** Backends on one prefix of the broker that all suites share, whose clock stands still, and somebody who looks at the broker by itself. */
export class RabbitMqBench {
  readonly prefix = uniqueRabbitMqPrefix();
  readonly clock = new ManualClock();
  readonly warnings: string[] = [];
  readonly queue = `${this.prefix}.${QUEUE}`;
  readonly deadQueue = `${this.queue}:dead`;
  private readonly opened: RabbitMqQueueBackend[] = [];
  private readonly proxies: TcpProxy[] = [];

  private constructor(
    readonly url: string,
    private readonly admin: ChannelModel,
  ) {}

  /** @param server in place of the one that all suites share */
  static async start(server?: { readonly url: string }): Promise<RabbitMqBench> {
    const { url } = server ?? (await sharedRabbitMq());
    return new RabbitMqBench(url, await connect(url));
  }

  make(ledger: QueueBackend, options: Readonly<Record<string, unknown>> = {}, url = this.url) {
    const given = { prefix: this.prefix, ...options };
    const settings = resolveRabbitMqOptions({ name: 'rabbitmq', url, options: given });
    const warn = (message: string) => void this.warnings.push(message);
    const made = new RabbitMqQueueBackend({ settings, ledger, clock: this.clock, warn });
    made.declare([{ name: QUEUE }]);
    this.opened.push(made);
    return made;
  }

  async open(ledger: QueueBackend, options: Readonly<Record<string, unknown>> = {}, url = this.url) {
    const made = this.make(ledger, options, url);
    await made.open();
    return made;
  }

  /** A line to the broker that can be cut, and the address at its near end. */
  async line(): Promise<{ readonly proxy: TcpProxy; readonly url: string }> {
    const there = new URL(this.url);
    const proxy = await TcpProxy.before(Number(there.port || 5672));
    this.proxies.push(proxy);
    Object.assign(there, { hostname: '127.0.0.1', port: String(proxy.port) });
    return { proxy, url: there.href };
  }

  /** Messages that lie in a queue. */
  lying(queue = this.queue): Promise<number> {
    return this.asked(async (channel) => (await channel.checkQueue(queue)).messageCount);
  }

  deleteQueue(queue = this.queue): Promise<unknown> {
    return this.asked((channel) => channel.deleteQueue(queue));
  }

  async stop(): Promise<void> {
    await Promise.all(this.opened.map((backend) => backend.close()));
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    await this.admin.close();
    const steps = Array.from({ length: DELAY_STEPS }, (_, step) => `${this.prefix}:delay.${step}`);
    const exchanges = ['work', 'dead', 'due'].map((name) => `${this.prefix}:${name}`);
    await dropFromBroker(this.url, [this.queue, this.deadQueue, ...steps], [...steps, ...exchanges]);
  }

  /** On a channel of its own, which the broker closes where there is no such queue. */
  private async asked<T>(ask: (channel: Channel) => Promise<T>): Promise<T> {
    const channel = await this.admin.createChannel();
    channel.on('error', () => undefined);
    const answer = await ask(channel);
    await channel.close();
    return answer;
  }
}

export const jobs = (count: number, given: Partial<NewJob> = {}): NewJob[] =>
  Array.from({ length: count }, () => aJob({ queue: QUEUE, ...given }));

export const claim = (queue: QueueBackend, request: Partial<ClaimRequest> = {}): Promise<Claim> =>
  queue.claim({ worker: 'worker', lease: LEASE, take: [{ queue: QUEUE, limit: 10 }], ...request });

export const complete = (queue: QueueBackend, { jobs: done }: Pick<Claim, 'jobs'>): Promise<Claim> => {
  const settle = done.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' as const } }));
  return claim(queue, { take: [], settle });
};

export const idsOf = (of: readonly { readonly id: string }[]): string[] => of.map(({ id }) => id);

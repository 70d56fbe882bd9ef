import { setTimeout as sleep } from 'node:timers/promises';
import { probeRabbitMq, type RabbitMqServer, startRabbitMq } from '../../servers/rabbitmq.mjs';
import { QUEUE } from '../processes/settings.js';
import {
  type BackendCall,
  type BrokerKind,
  type BrokerOptions,
  type ChaosBroker,
  type Footprint,
  type Held,
  type Line,
  PATIENCE_MS,
  type Way,
} from './broker.js';
import { type ChaosLines, ChaosProxy } from './chaos-proxy.js';
import { ServerBroker } from './server-broker.js';
import { RabbitMqDesk } from './rabbitmq-desk.js';
import { type RedisBroker, redisKind } from './redis-broker.js';

const PREFIX = 'chaos';
/** Whoever is silent for two of them is gone: less than a partition lasts, and more than processes that share two cores are silent. */
export const HEARTBEAT_MS = 2_000;
/** Of the machine's memory: more than anybody has, and less. */
const WATERMARKS = { some: '0.4', none: '0.0000001' };
/** How long the server may take to look at its memory. */
const LOOKING_MS = 10_000;

export const rabbitMqKind: BrokerKind = {
  name: 'rabbitmq',
  rate: 800,
  start: async (options) => {
    const [server, ledger] = await Promise.all([startRabbitMq(), redisKind.start(options)]);
    const lines = await ChaosProxy.linesBefore(server.port);
    return new RabbitMqBroker(server, lines, ledger as RedisBroker, options);
  },
};

/** A private RabbitMQ server that moves jobs, and a private Redis server that keeps them. */
export class RabbitMqBroker extends ServerBroker<RabbitMqServer> implements ChaosBroker {
  /** It takes none, but its ledger does: what it keeps is moved when there is room. */
  readonly takesWhatFits = true;
  /** The queue of the jobs, as the server calls it. */
  readonly queue = `${PREFIX}.${QUEUE}`;
  readonly deadQueue = `${this.queue}:dead`;
  readonly desk: RabbitMqDesk;
  readonly proxy: ChaosProxy;
  readonly apart: readonly ChaosProxy[];

  constructor(
    server: RabbitMqServer,
    { proxy, apart }: ChaosLines,
    readonly ledger: RedisBroker,
    private readonly options: BrokerOptions,
  ) {
    super(server);
    this.proxy = proxy;
    this.apart = [apart, ...ledger.apart];
    this.desk = new RabbitMqDesk(server.url);
  }

  backends(by: Way = 'proxy') {
    const { port } = { proxy: this.proxy, apart: this.apart[0] ?? this.proxy, server: this.server }[by];
    const commandTimeout = by === 'server' ? PATIENCE_MS : this.options.commandTimeout;
    const options = { prefix: PREFIX, heartbeat: HEARTBEAT_MS, commandTimeout, ...this.options.backend };
    const url = `amqp://127.0.0.1:${port}`;
    return [
      ...this.ledger.backends(by),
      { name: 'rabbitmq', type: 'rabbitmq', url, state: 'redis', options },
    ];
  }

  /** What a call says of jobs it says to the ledger; the server is told by it what to move. */
  lineOf(call: BackendCall): Line {
    return this.ledger.lineOf(call);
  }

  async cutAll(): Promise<number> {
    return this.server.closeConnections();
  }

  async isSilent(ms: number): Promise<boolean> {
    const answer = await Promise.race([probeRabbitMq(this.server.url), sleep(ms, undefined, { ref: false })]);
    return answer === undefined;
  }

  /** The alarm of its memory: whoever publishes is blocked. */
  async starve(isStarved: boolean): Promise<boolean> {
    const mark = isStarved ? WATERMARKS.none : WATERMARKS.some;
    await this.server.control('set_vm_memory_high_watermark', mark);
    for (const deadline = performance.now() + LOOKING_MS; performance.now() < deadline; await sleep(100)) {
      if ((await this.desk.isBlocked()) === isStarved) return isStarved;
    }
    return !isStarved;
  }

  async leftovers(): Promise<string[]> {
    const waiting = await this.desk.waiting(this.queue);
    const consumers = await this.desk.consumers(this.queue);
    const messages =
      waiting === 0 ? [] : [`${waiting} messages of ${this.queue} with ${consumers} consumers`];
    return [...messages, ...(await this.ledger.leftovers())];
  }

  async held(): Promise<Held> {
    return { ...(await this.ledger.held()), overdue: undefined };
  }

  misplaced(): Promise<string[]> {
    return this.ledger.misplaced();
  }

  async footprint(): Promise<Footprint> {
    const kept = await this.ledger.footprint();
    const messages = (await this.desk.waiting(this.queue)) + (await this.desk.waiting(this.deadQueue));
    return { bytes: kept.bytes, entries: kept.entries + messages };
  }

  async stop(): Promise<void> {
    await Promise.all([this.proxy.close(), this.apart[0]?.close()]);
    await Promise.all([this.server.stop(), this.ledger.stop()]);
  }

  protected life(): Promise<unknown> {
    return Promise.resolve(this.server.pid());
  }
}

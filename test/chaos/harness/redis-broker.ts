import { Redis } from 'ioredis';
import { loadQueueScripts } from '../../../lib/backends/redis/queue-scripts.js';
import { startRedis, type PrivateRedis } from '../../servers/redis.mjs';
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

const PREFIX = 'chaos';
/** Where jobs lie that are finished, and where nothing may be left. */
const SHELVES = ['completed', 'failed', 'cancelled'] as const;
const UNFINISHED = [
  'ready',
  'active',
  'leases',
  'parked',
  'scheduled',
  'retrying',
  'waiting',
  'external',
  'forward',
];

export const redisKind: BrokerKind = {
  name: 'redis',
  rate: 800,
  start: async (options) => {
    const server = await startRedis({ persistence: options.isDurable ? 'always' : 'none' });
    const lines = await ChaosProxy.linesBefore(server.port);
    return new RedisBroker(server, lines, options);
  },
};

/** A private Redis server. */
export class RedisBroker extends ServerBroker<PrivateRedis> implements ChaosBroker {
  readonly takesWhatFits = false;
  readonly admin: Redis;
  readonly proxy: ChaosProxy;
  readonly apart: readonly ChaosProxy[];
  private readonly scripts = loadQueueScripts();

  constructor(
    server: PrivateRedis,
    { proxy, apart }: ChaosLines,
    private readonly options: BrokerOptions,
  ) {
    super(server);
    this.proxy = proxy;
    this.apart = [apart];
    this.admin = new Redis(server.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    this.admin.on('error', () => undefined);
  }

  backends(by: Way = 'proxy') {
    const { port } = { proxy: this.proxy, apart: this.apart[0] ?? this.proxy, server: this.server }[by];
    const commandTimeout = by === 'server' ? PATIENCE_MS : this.options.commandTimeout;
    const options = { prefix: PREFIX, commandTimeout, ...this.options.backend };
    return [{ name: 'redis', type: 'redis', url: `redis://127.0.0.1:${port}`, options }];
  }

  key(word: string): string {
    return `${PREFIX}:{${QUEUE}}:${word}`;
  }

  lineOf(call: BackendCall): Line {
    const { enqueue, enqueuePlain, claim, extend } = this.scripts;
    const of = { enqueue: [enqueue, enqueuePlain], claim: [claim], extend: [extend] } satisfies Record<
      BackendCall,
      unknown
    >;
    return { proxy: this.proxy, request: new RegExp(of[call].map(({ sha }) => sha).join('|')) };
  }

  async cutAll(): Promise<number> {
    const kinds = ['normal', 'pubsub'];
    const cut = await Promise.all(
      kinds.map((kind) => this.admin.call('CLIENT', 'KILL', 'TYPE', kind, 'SKIPME', 'yes')),
    );
    return cut.reduce((sum: number, count) => sum + Number(count), 0);
  }

  async isSilent(ms: number): Promise<boolean> {
    const probe = new Redis(this.server.url, {
      retryStrategy: null,
      lazyConnect: true,
      connectTimeout: ms,
      commandTimeout: ms,
    });
    probe.on('error', () => undefined);
    try {
      await probe.connect();
      await probe.ping();
      return false;
    } catch {
      return true;
    } finally {
      probe.disconnect();
    }
  }

  async starve(isStarved: boolean): Promise<boolean> {
    await this.admin.config('SET', 'maxmemory', isStarved ? '1' : '0');
    const refused = this.admin.set(`${PREFIX}:probe`, '1', 'EX', 1).then(
      () => false,
      (error: Error) => error.message.startsWith('OOM'),
    );
    return refused;
  }

  async leftovers(): Promise<string[]> {
    const keys = await this.admin.keys(`${PREFIX}:*`);
    const unfinished = UNFINISHED.map((word) => this.key(word));
    return keys.filter((key) => unfinished.includes(key) || /:(slots|parked):./.test(key));
  }

  async held(): Promise<Held> {
    const answers = await this.admin
      .multi()
      .hkeys(this.key('active'))
      .zrange(this.key('leases'), '0', '-1', 'WITHSCORES')
      .time()
      .exec();
    const [active, flat, [seconds]] = (answers ?? []).map(([, answer]) => answer) as [
      string[],
      string[],
      [string],
    ];
    const leases = new Map(
      flat.flatMap((id, place) => (place % 2 === 0 ? [[id, Number(flat[place + 1])] as const] : [])),
    );
    const now = Number(seconds) * 1_000;
    return {
      overdue: [...leases.values()].filter((until) => until < now).length,
      unheld: [
        ...active.filter((id) => !leases.has(id)),
        ...[...leases.keys()].filter((id) => !active.includes(id)),
      ],
    };
  }

  async misplaced(): Promise<string[]> {
    const shelves = await Promise.all(SHELVES.map((shelf) => this.admin.zrange(this.key(shelf), '0', '-1')));
    const shelved = shelves.flat();
    const known = new Set(await this.admin.hkeys(this.key('jobs')));
    const seen = new Set<string>();
    const problems = shelved.filter((id) => !known.has(id) || seen.size === seen.add(id).size);
    return [...problems, ...[...known].filter((id) => !seen.has(id))];
  }

  /** Once the buffers of replies are gone. */
  async footprint(): Promise<Footprint> {
    await this.admin.call('MEMORY', ['PURGE']);
    const bytes = Number(/used_memory:(\d+)/.exec(await this.admin.info('memory'))?.[1]);
    return { bytes, entries: await this.admin.dbsize() };
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    for (const proxy of [this.proxy, ...this.apart]) await proxy.close();
    await this.server.stop();
  }

  /** The id that a server makes for itself each time that it starts. */
  protected async life(): Promise<string> {
    return /run_id:(\w+)/.exec(await this.admin.info('server'))?.[1] ?? '';
  }
}

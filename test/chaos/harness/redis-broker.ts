import { Redis } from 'ioredis';
import { loadQueueScripts } from '../../../lib/backends/redis/queue-scripts.js';
import { startRedis, type PrivateRedis } from '../../servers/redis.mjs';
import { QUEUE } from '../processes/settings.js';
import type { BackendCall, BrokerKind, ChaosBroker } from './broker.js';
import { ChaosProxy } from './chaos-proxy.js';

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
  start: async (options) => {
    const server = await startRedis({ persistence: options.isDurable ? 'always' : 'none' });
    return new RedisBroker(server, await ChaosProxy.before(server.port), options.commandTimeout);
  },
};

/** A private Redis server. */
export class RedisBroker implements ChaosBroker {
  readonly admin: Redis;
  private readonly scripts = loadQueueScripts();

  constructor(
    readonly server: PrivateRedis,
    readonly proxy: ChaosProxy,
    private readonly commandTimeout: number,
  ) {
    this.admin = new Redis(server.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    this.admin.on('error', () => undefined);
  }

  backend(by: 'proxy' | 'server' = 'proxy') {
    const { port } = by === 'proxy' ? this.proxy : this.server;
    const options = { prefix: PREFIX, commandTimeout: this.commandTimeout };
    return { type: 'redis', url: `redis://127.0.0.1:${port}`, options };
  }

  key(word: string): string {
    return `${PREFIX}:{${QUEUE}}:${word}`;
  }

  requestOf(call: BackendCall): RegExp {
    const { enqueue, enqueuePlain, claim, extend } = this.scripts;
    const of = { enqueue: [enqueue, enqueuePlain], claim: [claim], extend: [extend] } satisfies Record<
      BackendCall,
      unknown
    >;
    return new RegExp(of[call].map(({ sha }) => sha).join('|'));
  }

  async cutAll(): Promise<number> {
    const kinds = ['normal', 'pubsub'];
    const cut = await Promise.all(
      kinds.map((kind) => this.admin.call('CLIENT', 'KILL', 'TYPE', kind, 'SKIPME', 'yes')),
    );
    return cut.reduce((sum: number, count) => sum + Number(count), 0);
  }

  async crash(): Promise<void> {
    await this.startAnew(() => this.server.kill());
  }

  async restart(): Promise<void> {
    await this.startAnew(() => this.server.restart());
  }

  freeze(): void {
    this.server.freeze();
  }

  thaw(): void {
    this.server.thaw();
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

  async misplaced(): Promise<string[]> {
    const shelves = await Promise.all(SHELVES.map((shelf) => this.admin.zrange(this.key(shelf), '0', '-1')));
    const shelved = shelves.flat();
    const known = new Set(await this.admin.hkeys(this.key('jobs')));
    const seen = new Set<string>();
    const problems = shelved.filter((id) => !known.has(id) || seen.size === seen.add(id).size);
    return [...problems, ...[...known].filter((id) => !seen.has(id))];
  }

  async memory(): Promise<number> {
    return Number(/used_memory:(\d+)/.exec(await this.admin.info('memory'))?.[1]);
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    await this.proxy.close();
    await this.server.stop();
  }

  /** The id that a server makes for itself each time that it starts. */
  async runId(): Promise<string> {
    return /run_id:(\w+)/.exec(await this.admin.info('server'))?.[1] ?? '';
  }

  private async startAnew(end: () => Promise<void>): Promise<void> {
    const before = await this.runId();
    await end();
    if (this.server.pid() === undefined) await this.server.start();
    if ((await this.runId()) === before) throw new Error('The server was not started anew.');
  }
}

import type {
  Lease,
  Ms,
  OrderedIndex,
  Payload,
  RateLimit,
  StateBackend,
  StateEntry,
  StateSubscription,
  StateValue,
  ValueVersion,
} from '../../contract/index.js';
import { TasksClosedError } from '../../errors/index.js';
import { packPayload, unpackPayload } from './packed-payload.js';
import type { RedisConnections } from './redis-connections.js';
import { RedisIndex } from './redis-index.js';
import { RedisLeases } from './redis-leases.js';
import type { RedisSession } from './redis-session.js';
import { RedisValues } from './redis-values.js';
import { StateKeys } from './state-keys.js';
import { loadStateScripts, type StateScripts } from './state-scripts.js';

/**
 * What surrounds jobs, on a Redis server that the fleet shares. Every step that looks before it writes is one script; times to
 * live, leases and limits go by the server's clock. On a cluster each key has a slot of its own, so a call with several keys
 * is carried out key by key.
 *
 * @example
 * const lease = await state.acquire('nightly-report', 'instance-1', 30_000);
 */
export class RedisStateBackend implements StateBackend {
  private readonly session: RedisSession;
  private readonly keys: StateKeys;
  private readonly scripts: StateScripts = loadStateScripts();
  private readonly values: RedisValues;
  private readonly leases: RedisLeases;
  private readonly watches = new Set<StateSubscription>();
  private isClosed = false;

  constructor(private readonly connections: RedisConnections) {
    this.session = connections.session();
    this.keys = new StateKeys(connections.prefix);
    this.values = new RedisValues(this.session, this.keys, this.scripts, connections.isCluster);
    this.leases = new RedisLeases(this.session, this.keys, this.scripts);
  }

  open(): Promise<void> {
    return this.connections.open(this.session);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.watches].map((watch) => watch.close()));
    await this.connections.close(this.session);
  }

  async time(): Promise<number> {
    const [seconds, micros] = (await this.session.call('time')) as [string, string];
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  }

  get(keys: readonly string[]): Promise<(StateValue | undefined)[]> {
    return this.values.get(keys);
  }

  set(entries: readonly StateEntry[]): Promise<void> {
    return this.values.set(entries);
  }

  delete(keys: readonly string[]): Promise<number> {
    return this.values.delete(keys);
  }

  compareAndSet(key: string, expected: ValueVersion | null, value: Payload, ttl?: Ms): Promise<boolean> {
    return this.values.compareAndSet(key, expected, value, ttl);
  }

  increment(key: string, by: number, ttl?: Ms): Promise<number> {
    return this.values.increment(key, by, ttl);
  }

  index(name: string): OrderedIndex {
    return new RedisIndex(this.session, this.keys.index(name), this.scripts.rangeIndex);
  }

  acquire(name: string, owner: string, ttl: Ms): Promise<Lease | null> {
    return this.leases.acquire(name, owner, ttl);
  }

  renew(lease: Lease, ttl: Ms): Promise<boolean> {
    return this.leases.renew(lease, ttl);
  }

  release(lease: Lease): Promise<void> {
    return this.leases.release(lease);
  }

  async take(bucket: string, limit: RateLimit, tokens: number): Promise<{ granted: number; retryInMs: Ms }> {
    const args = [limit.limit, limit.per, limit.burst ?? limit.limit, tokens];
    const reply = await this.session.run(this.scripts.takeTokens, [this.keys.bucket(bucket)], args);
    const [granted = 0, retryInMs = 0] = reply as number[];
    return { granted, retryInMs };
  }

  async publish(channel: string, message: Payload): Promise<void> {
    await this.session.call('publish', this.keys.channel(channel), packPayload(message));
  }

  async watch(
    channel: string,
    listener: (message: Payload) => void,
    onReconnect?: () => void,
  ): Promise<StateSubscription> {
    this.assertOpen();
    const hear = (bytes: Buffer): void => {
      const message = unpackPayload(bytes);
      if (message !== undefined) listener(message);
    };
    const subscription = await this.connections.watch(this.keys.channel(channel), hear, onReconnect);
    const watch: StateSubscription = {
      close: () => {
        this.watches.delete(watch);
        return subscription.close();
      },
    };
    this.watches.add(watch);
    return watch;
  }

  private assertOpen(): void {
    if (this.isClosed) throw new TasksClosedError(`Backend "${this.connections.name}" is closed.`);
  }
}

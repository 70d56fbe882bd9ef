import {
  type Clock,
  type Lease,
  type Ms,
  type OrderedIndex,
  type Payload,
  type RateLimit,
  type StateBackend,
  type StateEntry,
  type StateSubscription,
  type StateValue,
  systemClock,
  type ValueVersion,
} from '../../contract/index.js';
import { TasksClosedError } from '../../errors/index.js';
import { MemoryChannels } from './memory-channels.js';
import { MemoryIndex } from './memory-index.js';
import { MemoryLeases } from './memory-leases.js';
import { MemoryLimiters } from './memory-limiters.js';
import type { MemoryBackendOptions } from './memory-options.js';
import { MemoryValues } from './memory-values.js';

/**
 * What surrounds jobs, in this process's memory. No timer: what is over is dropped by the next call.
 *
 * @example
 * const state = new MemoryStateBackend();
 * const lease = await state.acquire('nightly-report', 'instance-1', 30_000);
 */
export class MemoryStateBackend implements StateBackend {
  private readonly clock: Clock;
  private readonly values = new MemoryValues();
  private readonly leases = new MemoryLeases();
  private readonly limiters = new MemoryLimiters();
  private readonly channels = new MemoryChannels();
  private readonly indexes = new Map<string, MemoryIndex>();
  private isClosed = false;

  constructor(options: MemoryBackendOptions = {}) {
    this.clock = options.clock ?? systemClock;
  }

  open(): Promise<void> {
    return this.answer(() => undefined);
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.channels.close();
    return Promise.resolve();
  }

  time(): Promise<number> {
    return this.answer((now) => now);
  }

  get(keys: readonly string[]): Promise<(StateValue | undefined)[]> {
    return this.answer(() => keys.map((key) => this.values.get(key)));
  }

  set(entries: readonly StateEntry[]): Promise<void> {
    return this.answer((now) => {
      for (const entry of entries) this.values.set(entry, now);
    });
  }

  delete(keys: readonly string[]): Promise<number> {
    return this.answer(() => keys.filter((key) => this.values.delete(key)).length);
  }

  compareAndSet(key: string, expected: ValueVersion | null, value: Payload, ttl?: Ms): Promise<boolean> {
    return this.answer((now) => this.values.compareAndSet(key, expected, value, ttl, now));
  }

  increment(key: string, by: number, ttl?: Ms): Promise<number> {
    return this.answer((now) => this.values.increment(key, by, ttl, now));
  }

  index(name: string): OrderedIndex {
    return {
      add: (members) => this.answer(() => this.indexToAddTo(name).add(members)),
      remove: (members) => this.answer(() => this.removeFromIndex(name, members)),
      range: (options = {}) => this.answer(() => this.indexes.get(name)?.range(options) ?? []),
      count: () => this.answer(() => this.indexes.get(name)?.size ?? 0),
    };
  }

  acquire(name: string, owner: string, ttl: Ms): Promise<Lease | null> {
    return this.answer((now) => this.leases.acquire(name, owner, ttl, now));
  }

  renew(lease: Lease, ttl: Ms): Promise<boolean> {
    return this.answer((now) => this.leases.renew(lease, ttl, now));
  }

  release(lease: Lease): Promise<void> {
    return this.answer(() => this.leases.release(lease));
  }

  take(bucket: string, limit: RateLimit, tokens: number): Promise<{ granted: number; retryInMs: Ms }> {
    return this.answer((now) => this.limiters.take(bucket, limit, tokens, now));
  }

  publish(channel: string, message: Payload): Promise<void> {
    return this.answer(() => this.channels.publish(channel, message));
  }

  /** Memory never loses a connection, so nobody is asked to read the state anew. */
  watch(channel: string, listener: (message: Payload) => void): Promise<StateSubscription> {
    return this.answer(() => {
      const end = this.channels.watch(channel, listener);
      return { close: () => Promise.resolve(end()) };
    });
  }

  private indexToAddTo(name: string): MemoryIndex {
    const known = this.indexes.get(name);
    if (known !== undefined) return known;
    const index = new MemoryIndex();
    this.indexes.set(name, index);
    return index;
  }

  private removeFromIndex(name: string, members: readonly string[]): number {
    const index = this.indexes.get(name);
    if (index === undefined) return 0;
    const removed = members.filter((member) => index.remove(member)).length;
    if (index.size === 0) this.indexes.delete(name);
    return removed;
  }

  /** One call: one reading of the clock, what is over is dropped, one step. */
  private answer<T>(step: (now: number) => T): Promise<T> {
    if (this.isClosed) return Promise.reject(new TasksClosedError('The memory backend is closed.'));
    try {
      const now = this.clock.now();
      this.values.expire(now);
      this.leases.expire(now);
      this.limiters.expire(now);
      return Promise.resolve(step(now));
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

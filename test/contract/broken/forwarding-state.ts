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
} from '../../../lib/contract/index.js';

/** A state backend that hands every call on: what a flaw overrides is all that is wrong with it. */
export class ForwardingState implements StateBackend {
  constructor(protected readonly sound: StateBackend) {}

  open(): Promise<void> {
    return this.sound.open();
  }

  close(): Promise<void> {
    return this.sound.close();
  }

  time(): Promise<number> {
    return this.sound.time();
  }

  get(keys: readonly string[]): Promise<(StateValue | undefined)[]> {
    return this.sound.get(keys);
  }

  set(entries: readonly StateEntry[]): Promise<void> {
    return this.sound.set(entries);
  }

  delete(keys: readonly string[]): Promise<number> {
    return this.sound.delete(keys);
  }

  compareAndSet(key: string, expected: string | null, value: Payload, ttl?: Ms): Promise<boolean> {
    return this.sound.compareAndSet(key, expected, value, ttl);
  }

  increment(key: string, by: number, ttl?: Ms): Promise<number> {
    return this.sound.increment(key, by, ttl);
  }

  index(name: string): OrderedIndex {
    return this.sound.index(name);
  }

  acquire(name: string, owner: string, ttl: Ms): Promise<Lease | null> {
    return this.sound.acquire(name, owner, ttl);
  }

  renew(lease: Lease, ttl: Ms): Promise<boolean> {
    return this.sound.renew(lease, ttl);
  }

  release(lease: Lease): Promise<void> {
    return this.sound.release(lease);
  }

  take(bucket: string, limit: RateLimit, tokens: number): Promise<{ granted: number; retryInMs: Ms }> {
    return this.sound.take(bucket, limit, tokens);
  }

  publish(channel: string, message: Payload): Promise<void> {
    return this.sound.publish(channel, message);
  }

  watch(
    channel: string,
    listener: (message: Payload) => void,
    onReconnect?: () => void,
  ): Promise<StateSubscription> {
    return this.sound.watch(channel, listener, onReconnect);
  }
}

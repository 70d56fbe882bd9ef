import type { Ms } from './job-record.js';
import type { Payload } from './payload.js';
import type { RateLimit } from './queue-definition.js';

/** Names one state of a value; any write changes it. */
export type ValueVersion = string;

export interface StateValue {
  readonly value: Payload;
  readonly version: ValueVersion;
}

export interface StateEntry {
  readonly key: string;
  readonly value: Payload;
  /** Forgotten after this long. Default: kept. */
  readonly ttl?: Ms | undefined;
}

/** A right to a name until a moment. Guards resources outside by its fence. */
export interface Lease {
  readonly name: string;
  readonly owner: string;
  /** Grows with every acquisition of the name, also after it was free; a decimal string. */
  readonly fence: string;
}

/** Members by score; what can be listed is listed from here. */
export interface OrderedIndex {
  /** Adds members, or moves them to a new score. */
  add(members: readonly { readonly member: string; readonly score: number }[]): Promise<void>;
  /** @returns how many were there. */
  remove(members: readonly string[]): Promise<number>;
  /**
   * By score (bounds included), then by member; `reverse`: from the highest. Default limit 100. With `after`, what comes behind that
   * place in the order that is asked for, whether or not the member is still there: so a list is read in pages.
   */
  range(options?: {
    readonly min?: number | undefined;
    readonly max?: number | undefined;
    readonly limit?: number | undefined;
    readonly reverse?: boolean | undefined;
    readonly after?: { readonly member: string; readonly score: number } | undefined;
  }): Promise<{ member: string; score: number }[]>;
  count(): Promise<number>;
}

export interface StateSubscription {
  close(): Promise<void>;
}

/**
 * Keeps what surrounds jobs: values, indexes, leases, limiters, messages.
 * Times to live, leases and limits go by the store's clock; broker trouble rejects with `BackendUnavailableError`.
 */
export interface StateBackend {
  open(): Promise<void>;
  close(): Promise<void>;
  /** The store's time, in epoch milliseconds: moments that several machines compare are taken from it. */
  time(): Promise<number>;

  get(keys: readonly string[]): Promise<(StateValue | undefined)[]>;
  set(entries: readonly StateEntry[]): Promise<void>;
  /** @returns how many were there. */
  delete(keys: readonly string[]): Promise<number>;
  /**
   * Writes when the value still has the version (`null`: when there is none). A `ttl` that is not given keeps what the
   * value had. @returns whether it was written.
   */
  compareAndSet(key: string, expected: ValueVersion | null, value: Payload, ttl?: Ms): Promise<boolean>;
  /** Adds to a whole number that starts at 0; `ttl` holds from its first write on. @returns the new number. */
  increment(key: string, by: number, ttl?: Ms): Promise<number>;
  index(name: string): OrderedIndex;

  /** @returns the lease, or null while somebody else holds the name. The holder itself gets a new fence. */
  acquire(name: string, owner: string, ttl: Ms): Promise<Lease | null>;
  /** @returns false when it was lost; it cannot come back then. */
  renew(lease: Lease, ttl: Ms): Promise<boolean>;
  /** Frees the name when the lease still holds it; else does nothing. */
  release(lease: Lease): Promise<void>;

  /** Takes up to `tokens` from a bucket. `retryInMs`: when the next one is there, when not all were granted; else 0. */
  take(bucket: string, limit: RateLimit, tokens: number): Promise<{ granted: number; retryInMs: Ms }>;

  /** Reaches who watches now; nothing is kept. */
  publish(channel: string, message: Payload): Promise<void>;
  /** Messages may be lost while a connection is down: who watches re-reads the state when `onReconnect` is called. */
  watch(
    channel: string,
    listener: (message: Payload) => void,
    onReconnect?: () => void,
  ): Promise<StateSubscription>;
}

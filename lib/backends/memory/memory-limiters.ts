import type { Ms, RateLimit } from '../../contract/index.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';
import { GcraBucket } from './gcra-bucket.js';

class NamedBucket implements Expiring {
  readonly bucket = new GcraBucket();
  readonly seq = 0;
  slot = 0;
  moment = 0;

  constructor(readonly key: string) {}
}

/** Rate limiters by name; one that is full again is forgotten, since a new one is the same. */
export class MemoryLimiters {
  private readonly buckets = new ExpiringMap<NamedBucket>();

  get size(): number {
    return this.buckets.size;
  }

  expire(now: number): void {
    this.buckets.expire(now);
  }

  take(name: string, limit: RateLimit, tokens: number, now: number): { granted: number; retryInMs: Ms } {
    const named = this.buckets.get(name) ?? new NamedBucket(name);
    const granted = named.bucket.available(limit, now, tokens);
    if (granted > 0) {
      named.bucket.charge(limit, now, granted);
      this.buckets.delete(name);
      named.moment = named.bucket.fullAt();
      this.buckets.set(named);
    }
    const retryInMs = granted < tokens ? Math.ceil(named.bucket.retryIn(limit, now)) : 0;
    return { granted, retryInMs };
  }
}

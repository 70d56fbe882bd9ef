import type { Ms, Payload, StateEntry, StateValue, ValueVersion } from '../../contract/index.js';
import { TaskValidationError } from '../../errors/index.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';
import { ownPayload } from './own-payload.js';

interface StoredValue extends Expiring {
  readonly value: Payload;
  readonly version: ValueVersion;
}

/** Values with versions and a time to live; a counter is a value too, in decimal. */
export class MemoryValues {
  private readonly values = new ExpiringMap<StoredValue>();
  /** One for all keys: a key that is deleted and written again must not get a version back that it had. */
  private lastVersion = 0;

  get size(): number {
    return this.values.size;
  }

  expire(now: number): void {
    this.values.expire(now);
  }

  get(key: string): StateValue | undefined {
    const stored = this.values.get(key);
    return stored && { value: ownPayload(stored.value), version: stored.version };
  }

  set({ key, value, ttl }: StateEntry, now: number): void {
    this.write(key, value, endOf(ttl, now));
  }

  delete(key: string): boolean {
    return this.values.delete(key);
  }

  compareAndSet(
    key: string,
    expected: ValueVersion | null,
    value: Payload,
    ttl: Ms | undefined,
    now: number,
  ): boolean {
    const stored = this.values.get(key);
    if ((stored?.version ?? null) !== expected) return false;
    this.write(key, value, ttl === undefined && stored !== undefined ? stored.moment : endOf(ttl, now));
    return true;
  }

  increment(key: string, by: number, ttl: Ms | undefined, now: number): number {
    const stored = this.values.get(key);
    const sum = Number(stored?.value ?? 0) + by;
    if (!Number.isSafeInteger(by) || !Number.isSafeInteger(sum)) {
      throw new TaskValidationError(`"${key}" cannot be raised by ${by}: only whole numbers are counted.`);
    }
    this.write(key, String(sum), stored === undefined ? endOf(ttl, now) : stored.moment);
    return sum;
  }

  private write(key: string, value: Payload, moment: number): void {
    const version = String(++this.lastVersion);
    this.values.set({ key, value: ownPayload(value), version, moment, seq: 0, slot: 0 });
  }
}

function endOf(ttl: Ms | undefined, now: number): number {
  return ttl === undefined ? Infinity : now + ttl;
}

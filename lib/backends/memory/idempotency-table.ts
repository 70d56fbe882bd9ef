import type { Idempotency } from '../../contract/index.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';
import type { JobEntry } from './job-entry.js';

/** A key and the job that has it, for a time that the job's record may well not live to see the end of. */
interface Hold extends Expiring {
  readonly id: string;
}

/** The idempotency keys of a queue. */
export class IdempotencyTable {
  private readonly holds = new ExpiringMap<Hold>();

  get size(): number {
    return this.holds.size;
  }

  /** The id of the job that has the key. */
  holderOf(key: string): string | undefined {
    return this.holds.get(key)?.id;
  }

  hold({ key, ttl }: Idempotency, id: string, now: number): void {
    this.holds.set({ key, id, moment: now + ttl, seq: 0, slot: 0 });
  }

  /** Frees the key of a job that is cancelled or removed, if it still has it. */
  free(entry: JobEntry): void {
    const key = entry.rare?.idempotency?.key;
    if (key !== undefined && this.holderOf(key) === entry.id) this.holds.delete(key);
  }

  /** Gives a job that has come back its key again, for what is left of its time, unless another has it by now. */
  restore(entry: JobEntry, now: number): void {
    const idempotency = entry.rare?.idempotency;
    if (idempotency === undefined || this.holds.get(idempotency.key) !== undefined) return;
    const ttl = entry.createdAt + idempotency.ttl - now;
    if (ttl > 0) this.hold({ key: idempotency.key, ttl }, entry.id, now);
  }

  nextAt(): number {
    return this.holds.nextAt();
  }

  expire(now: number): void {
    this.holds.expire(now);
  }
}

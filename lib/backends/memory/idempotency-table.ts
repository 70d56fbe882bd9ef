import type { Idempotency } from '../../contract/index.js';
import type { JobEntry } from './job-entry.js';
import { MomentHeap, type Momentous } from './moment-heap.js';

/** A key and the job that has it, for a time that the job's record may well not live to see the end of. */
interface Claimed extends Momentous {
  readonly key: string;
  readonly id: string;
}

/** The idempotency keys of a queue. */
export class IdempotencyTable {
  private readonly byKey = new Map<string, Claimed>();
  private readonly expiries = new MomentHeap<Claimed>();
  private lastSeq = 0;

  get size(): number {
    return this.byKey.size;
  }

  /** The id of the job that has the key. */
  holderOf(key: string): string | undefined {
    return this.byKey.get(key)?.id;
  }

  hold({ key, ttl }: Idempotency, id: string, now: number): void {
    const claimed = { key, id, moment: now + ttl, seq: ++this.lastSeq, slot: 0 };
    this.byKey.set(key, claimed);
    this.expiries.push(claimed);
  }

  /** Frees the key of a job that is cancelled or removed, if it still has it. */
  free(entry: JobEntry): void {
    const key = entry.rare?.idempotency?.key;
    const claimed = key === undefined ? undefined : this.byKey.get(key);
    if (claimed === undefined || claimed.id !== entry.id) return;
    this.expiries.remove(claimed);
    this.byKey.delete(claimed.key);
  }

  /** Gives a job that has come back its key again, for what is left of its time, unless another has it by now. */
  restore(entry: JobEntry, now: number): void {
    const idempotency = entry.rare?.idempotency;
    if (idempotency === undefined || this.byKey.has(idempotency.key)) return;
    const ttl = entry.createdAt + idempotency.ttl - now;
    if (ttl > 0) this.hold({ key: idempotency.key, ttl }, entry.id, now);
  }

  nextAt(): number {
    return this.expiries.earliest();
  }

  expire(now: number): void {
    for (let first = this.expiries.first(); first !== undefined && first.moment <= now;) {
      this.expiries.remove(first);
      this.byKey.delete(first.key);
      first = this.expiries.first();
    }
  }
}

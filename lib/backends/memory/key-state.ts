import type { KeyLimits } from '../../contract/index.js';
import { GcraBucket } from './gcra-bucket.js';
import { IndexedHeap } from './indexed-heap.js';
import type { JobEntry } from './job-entry.js';
import type { MomentHeap, Momentous } from './moment-heap.js';

/** At epoch milliseconds a double cannot tell moments apart that are closer; waiting for one would never end. */
const SHORTEST_WAIT = 0.01;

/** Parked jobs of one key: by priority, then by their place in the queue. */
class ParkedHeap extends IndexedHeap<JobEntry> {
  protected before(a: JobEntry, b: JobEntry): boolean {
    return a.priority > b.priority || (a.priority === b.priority && a.seq < b.seq);
  }
}

/** What a queue knows of one key: who holds its slots, who is parked behind them, and its limiter. */
export class KeyState implements Momentous {
  slot = 0;
  /** Where it waits for its moment. */
  heap: MomentHeap<KeyState> | undefined = undefined;
  /** When the limiter lets the next one in, or has nothing to remember any more; `Infinity`: no such moment. */
  moment = Infinity;
  readonly seq = 0;
  /** Ready or running: owners, never a number, so that no slot can leak. */
  readonly holders = new Set<JobEntry>();
  readonly parked = new ParkedHeap();
  private readonly bucket = new GcraBucket();

  constructor(
    readonly key: string,
    private readonly limits: KeyLimits,
  ) {}

  get hasSlot(): boolean {
    const { concurrency } = this.limits;
    return concurrency === undefined || this.holders.size < concurrency;
  }

  /** Lets a job in if slot and rate allow. */
  tryEnter(job: JobEntry, now: number): boolean {
    if (!this.hasSlot) return false;
    const { rateLimit } = this.limits;
    if (rateLimit !== undefined) {
      if (this.bucket.available(rateLimit, now, 1) === 0) return false;
      this.bucket.charge(rateLimit, now, 1);
    }
    this.holders.add(job);
    return true;
  }

  /** The moment from which on another look at this key changes something. */
  nextMoment(now: number): number {
    const { rateLimit } = this.limits;
    if (rateLimit === undefined) return Infinity;
    if (this.parked.size === 0) return this.holders.size === 0 ? this.bucket.fullAt() : Infinity;
    if (!this.hasSlot) return Infinity;
    return now + Math.max(SHORTEST_WAIT, this.bucket.retryIn(rateLimit, now));
  }

  isIdle(now: number): boolean {
    return this.holders.size === 0 && this.parked.size === 0 && this.bucket.fullAt() <= now;
  }
}

import type { Ms } from '../../contract/index.js';
import type { JobEntry } from './job-entry.js';
import { isNeeded } from './kin.js';
import { Ring } from './ring.js';

/** Finished jobs in the order in which they finished, within the bounds of their retention. */
export class FinishedShelf {
  private readonly jobs = new Ring<JobEntry>();
  /** Over a bound already, and kept because other jobs need them. */
  private readonly held = new Set<JobEntry>();

  constructor(
    public ttl: Ms,
    private max: number,
  ) {}

  setBounds(ttl: Ms, max: number): void {
    this.ttl = ttl;
    this.max = max;
  }

  add(job: JobEntry): void {
    this.jobs.push(job);
  }

  remove(job: JobEntry): void {
    if (!this.held.delete(job)) this.jobs.remove(job);
  }

  /** When the oldest is to be dropped. */
  nextAt(): number {
    const oldest = this.jobs.first();
    return oldest === undefined ? Infinity : oldest.moment + this.ttl;
  }

  /** Takes out the oldest if it is over a bound; one that others need is set aside instead. */
  takeOverdue(now: number): JobEntry | undefined {
    for (;;) {
      const oldest = this.jobs.first();
      if (oldest === undefined) return undefined;
      if (this.jobs.size <= this.max && oldest.moment + this.ttl > now) return undefined;
      this.jobs.remove(oldest);
      if (!isNeeded(oldest)) return oldest;
      this.held.add(oldest);
    }
  }

  *values(): IterableIterator<JobEntry> {
    yield* this.held;
    yield* this.jobs.values();
  }

  isHeld(job: JobEntry): boolean {
    return this.held.has(job);
  }
}

import { DEFAULT_COMPLETED_TTL, DEFAULT_FAILED_TTL, type Retention } from '../../contract/index.js';
import { FinishedShelf } from './finished-shelf.js';
import type { JobEntry } from './job-entry.js';
import { FAILED } from './state-code.js';

/** The finished jobs of a queue whose records are kept: dead letters on one shelf, completed and cancelled on another. */
export class FinishedJobs {
  private readonly completed: FinishedShelf;
  private readonly failed: FinishedShelf;

  constructor(private readonly defaultCompletedMax: number) {
    this.completed = new FinishedShelf(DEFAULT_COMPLETED_TTL, defaultCompletedMax);
    this.failed = new FinishedShelf(DEFAULT_FAILED_TTL, Infinity);
  }

  setBounds({ completedTtl, completedMax, failedTtl, failedMax }: Retention): void {
    const max = completedMax ?? this.defaultCompletedMax;
    this.completed.setBounds(completedTtl ?? DEFAULT_COMPLETED_TTL, max);
    this.failed.setBounds(failedTtl ?? DEFAULT_FAILED_TTL, failedMax ?? Infinity);
  }

  add(entry: JobEntry): void {
    this.shelfOf(entry).add(entry);
  }

  remove(entry: JobEntry): void {
    this.shelfOf(entry).remove(entry);
  }

  /** Whether it is over its bounds, and kept for others alone. */
  isHeld(entry: JobEntry): boolean {
    return this.shelfOf(entry).isHeld(entry);
  }

  /** Takes off one that is to be dropped. */
  takeOverdue(now: number): JobEntry | undefined {
    return this.completed.takeOverdue(now) ?? this.failed.takeOverdue(now);
  }

  /** When a job that is taken off was to be dropped: a look that comes late must not lengthen what is left of it. */
  droppedAt(entry: JobEntry, now: number): number {
    return Math.min(now, entry.moment + this.shelfOf(entry).ttl);
  }

  nextAt(): number {
    return Math.min(this.completed.nextAt(), this.failed.nextAt());
  }

  *values(): IterableIterator<JobEntry> {
    yield* this.completed.values();
    yield* this.failed.values();
  }

  private shelfOf(entry: JobEntry): FinishedShelf {
    return entry.state === FAILED ? this.failed : this.completed;
  }
}

import type { DependencyPolicy, ParentOutcome } from '../../contract/index.js';
import type { JobEntry } from './job-entry.js';

/** One job that another depends on. */
export interface DependencyLink {
  readonly queue: string;
  readonly id: string;
  /** Missing when only a tombstone of it was left at the enqueue. Outlives its record, so that its result is there. */
  readonly parent: JobEntry | undefined;
  /** Of the tombstone. */
  readonly outcome: ParentOutcome['state'] | undefined;
}

/** What a job depends on. */
export class DependencyLinks {
  /** The parents that are not finished: a set, since a parent that is heard of twice must not count twice. */
  readonly unmet = new Set<JobEntry>();
  /** The job was cancelled because of a parent, and waits again when that one is retried. */
  broken = false;

  constructor(
    readonly policy: DependencyPolicy,
    readonly parents: readonly DependencyLink[],
    /** When its delay is over, which counts from its enqueue. */
    public dueAt: number,
  ) {}
}

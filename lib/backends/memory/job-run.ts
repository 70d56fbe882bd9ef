import type { JobEntry } from './job-entry.js';

/** One call of `claim`, shared by the jobs that it took. */
export interface ClaimCall {
  readonly worker: string;
  readonly startedAt: number;
}

/**
 * The latest claim of a job and what its claims have come to so far. It is the receipt too: a worker holds the job as
 * long as the job is running and this is its run.
 */
export class JobRun {
  attempt: number;
  stalls: number;
  fence: number;
  /** Whether a verdict was given on it. */
  settled = false;

  constructor(
    readonly entry: JobEntry,
    readonly claim: ClaimCall,
    before: JobRun | undefined,
  ) {
    this.attempt = before === undefined ? 1 : before.attempt + 1;
    this.stalls = before === undefined ? 0 : before.stalls;
    this.fence = before === undefined ? 1 : before.fence + 1;
  }

  /** Opaque as every receipt: who writes down a job in hand is not handed the store that it lies in. */
  toJSON(): undefined {
    return undefined;
  }

  get isLastAttempt(): boolean {
    return this.attempt >= 1 + this.entry.kind.maxRetries;
  }
}

import type { Ms } from './job-record.js';

/**
 * `limit` starts a `per` in the long run; after a pause `burst` may start at once. So at most `limit + burst` in any
 * window of `per` milliseconds: with `burst: 1` starts are spaced evenly, and no window has more than `limit + 1`.
 *
 * GCRA, the generic cell rate algorithm (ATM Forum, 1996): one number a bucket, and no edges of windows.
 */
export interface RateLimit {
  readonly limit: number;
  readonly per: Ms;
  /** Default: `limit`. */
  readonly burst?: number;
}

/**
 * Limits of one job key on its own. A job is let in when it becomes ready: enqueued without a delay, due, retried, its dependencies or
 * its signal there. Else it is parked, and let in by what frees a slot or at the moment that the limiter names, the head of its key first.
 */
export interface KeyLimits {
  /**
   * Jobs that are let in, in how long. Each takes its token then, whatever becomes of it; what is put back, or runs again after its
   * first lost lease, is not let in anew. Default: no limit.
   */
  readonly rateLimit?: RateLimit | undefined;
  /** Its jobs ready or running at once. Default: no limit. */
  readonly concurrency?: number | undefined;
}

/** What a backend must know of a queue. Every process that uses a queue declares it alike. */
export interface QueueDefinition {
  readonly name: string;
  /** What the broker calls it, where others know it by another name. Default: its name. */
  readonly brokerName?: string;
  /** Refuses an enqueue when this many jobs are neither running nor finished. Default: no limit. */
  readonly maxSize?: number;
  /** How many jobs may start in how long, over all processes. Default: no limit. */
  readonly rateLimit?: RateLimit;
  /** Running at once over all processes. Default: no limit. */
  readonly concurrency?: number;
  /** Limits of each job key (`NewJob.key`) on its own, within this queue. */
  readonly perKey?: KeyLimits & {
    /** Keys with limits of their own, in the place of those of all keys; `{}`: none. */
    readonly overrides?: Readonly<Record<string, KeyLimits>> | undefined;
  };
  readonly retention?: Retention;
}

/** How long finished jobs are kept. Both bounds hold; whichever ends first. */
export interface Retention {
  /** Completed and cancelled jobs with their results. Default 3,600,000 (one hour). */
  readonly completedTtl?: Ms;
  /** Default: what the backend's capabilities say. */
  readonly completedMax?: number;
  /** Dead letters. Default 604,800,000 (7 days). */
  readonly failedTtl?: Ms;
  /** Default: no limit. */
  readonly failedMax?: number;
}

export const DEFAULT_COMPLETED_TTL: Ms = 3_600_000;
export const DEFAULT_FAILED_TTL: Ms = 604_800_000;
/** How long the id and outcome of a finished job outlive its record, so that a dependency on it is still met. */
export const TOMBSTONE_TTL: Ms = 3_600_000;

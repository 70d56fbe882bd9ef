import type { JobState, PendingReason } from './job-state.js';
import type { Payload } from './payload.js';

/** Milliseconds. */
export type Ms = number;

/** The address of a job: ids are unique within a queue. */
export interface JobRef {
  readonly queue: string;
  readonly id: string;
}

/** An error as it is stored and sent: plain data, never revived as an instance of a class that it names. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  /** Capped at 16 KiB. */
  readonly stack?: string;
  /** Ours, or what the thrown error carried. */
  readonly code?: string;
  /** Epoch milliseconds by this process's clock. */
  readonly at?: number;
  /** JSON text of what was noted with a dead letter by hand. */
  readonly metadata?: string;
}

/** How far a running job says it is. `total: 0` means unknown. */
export interface Progress {
  readonly current: number;
  readonly total: number;
  readonly message?: string;
  readonly metadata?: Payload;
}

/** What a handler has kept to go on from, by step name. Written whole; at most 1 MiB. */
export type Checkpoint = Payload;

/** What a dependent is told about one job that it depended on. */
export interface ParentOutcome extends JobRef {
  readonly state: 'completed' | 'failed' | 'cancelled';
  /** Its task; absent when nothing is left of it but its outcome. */
  readonly name?: string;
  /** What its result was encoded with; absent when nothing is left of it but its outcome. */
  readonly codec?: string;
  readonly result?: Payload;
  readonly error?: ErrorRecord;
}

/** How many failed attempts a record remembers. */
export const FAILURES_KEPT = 10;

/** Characters of the stack of each of them; the latest error is kept whole beside them. */
export const FAILURE_STACK_LENGTH = 2_048;

/** One attempt that failed, or whose lease was lost. */
export interface AttemptFailure {
  readonly attempt: number;
  /** Epoch milliseconds by the store's clock. */
  readonly at: number;
  readonly worker?: string;
  /** Of a lost lease: the code `TASKS_LEASE_LOST`. */
  readonly error: ErrorRecord;
}

/** Everything that a backend knows of one job. Moments are epoch milliseconds by the store's clock. */
export interface JobRecord extends JobRef {
  readonly name: string;
  readonly state: JobState;
  /** Only with `pending`: why it is not handed out. */
  readonly reason?: PendingReason;
  readonly payload?: Payload;
  readonly codec: string;
  readonly priority: number;
  readonly maxRetries: number;
  readonly maxStalled: number;
  readonly timeout?: Ms;
  /** Claims so far that were counted. A first run has attempt 1. */
  readonly attempt: number;
  /** Lost leases so far. */
  readonly stalls: number;
  /** Orders the claims of this job; a decimal string that only grows. */
  readonly fence: string;
  readonly createdAt: number;
  /** With `scheduled` and `retrying`: when it is due. */
  readonly dueAt?: number;
  /** When the latest claim was made. */
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly worker?: string;
  readonly key?: string;
  readonly idempotencyKey?: string;
  readonly uniqueKey?: string;
  readonly dependsOn?: readonly JobRef[];
  /** With `waiting`: the name of the signal that it waits for. */
  readonly awaits?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The latest failure. */
  readonly error?: ErrorRecord;
  /** The latest {@link FAILURES_KEPT} failed attempts, oldest first, also those before a person retried it. */
  readonly failures?: readonly AttemptFailure[];
  /** With `cancelled`, or a cancel requested of a running job. */
  readonly cancelReason?: string;
  readonly result?: Payload;
  readonly progress?: Progress;
  readonly checkpoint?: Checkpoint;
  /** Kept for another broker's sake. */
  readonly external?: true;
  /** How often a person has retried it as a dead letter. */
  readonly replays: number;
  /** Version of the envelope that it was enqueued with. */
  readonly version: number;
}

/** How many jobs of a queue are in each state: taken from what is stored, never from a counter that could drift. */
export type Counts = Readonly<Record<JobState, number>>;

/** One queue at a glance. */
export interface QueueStatus {
  readonly counts: Counts;
  readonly isPaused: boolean;
  /**
   * Since when the job that has been ready longest is ready: how far the workers are behind. A store that orders keys fairly looks
   * at the heads of its lines alone. Epoch milliseconds by the store's clock; absent when nothing is ready, and where `capabilities`
   * say that the queues are the fleet's and the records a process's: it is not known then.
   */
  readonly readySince?: number | undefined;
}

/**
 * Which jobs {@link QueueBackend.find} lists. All given conditions hold together.
 *
 * Each state is listed in the order in which a store keeps it, so that no index beside it is needed and a page costs no more than
 * what it looks at: `pending` by place in the line (priority, then first in, first out), `scheduled` and `retrying` by when they are due,
 * `waiting` by when they were enqueued, `running` by when they were started, finished ones by when they finished. Several states come one
 * after the other, in the order of {@link JOB_STATES}.
 */
export interface JobQuery {
  readonly queue: string;
  /** Default: all. */
  readonly states?: readonly JobState[];
  readonly name?: string;
  /** Only jobs that finished before this moment, by the store's clock. Unfinished ones are not listed then. */
  readonly before?: number;
  /** Only jobs that finished at least this long ago, by the store's clock. Unfinished ones are not listed then. */
  readonly olderThan?: Ms;
  /** `oldest`: in the order of each state as told above; `newest` (default): in the opposite one. */
  readonly order?: 'newest' | 'oldest';
  /** 1 to 1,000; default 100. */
  readonly limit?: number;
  /**
   * From the page before. It stands for a place in the order, not for a number of jobs: what leaves the list in between
   * (removed, retried) shifts nothing.
   */
  readonly cursor?: string;
}

/**
 * A page may be short, or empty, and still have a cursor: a store bounds what it looks at for one call, however few of it are of the task
 * that is asked for.
 */
export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

import type { Ms } from './job-record.js';

/** What a backend may or may not be able to do. What is `false` is refused with `UnsupportedOperationError`. */
export const FEATURES = [
  'atomicEnqueue',
  'transactions',
  'idempotency',
  'uniqueness',
  'dependencies',
  'signals',
  'queueRateLimit',
  'queueConcurrency',
  'keyLimits',
  'fairness',
  'claimById',
  'ledger',
  'cancel',
  'find',
  'pause',
] as const;

export type Feature = (typeof FEATURES)[number];

/** What each feature means; the docs page of backends is generated from here. */
export const FEATURE_MEANINGS: Readonly<Record<Feature, string>> = {
  atomicEnqueue:
    'A batch is enqueued whole or not at all. On a cluster of Redis: one of a single queue whose jobs depend on none of another queue; others are refused.',
  transactions: "Enqueueing and settling join the caller's transaction.",
  idempotency: 'The same key gives back the same job.',
  uniqueness: 'Keep-first, replace, throttle and debounce by a key.',
  dependencies: 'Jobs wait for other jobs.',
  signals: 'Jobs wait for named values.',
  queueRateLimit: 'Starts of a queue are limited, over all processes.',
  queueConcurrency: 'Running jobs of a queue are limited, over all processes.',
  keyLimits: 'Starts and running jobs are limited for each key within a queue.',
  fairness: 'Keys of a queue take turns.',
  claimById: 'A claim can name the jobs that it wants.',
  ledger: 'Keeps jobs that another broker moves, and says which of them it has to publish.',
  cancel: 'Jobs are cancelled, waiting or running.',
  find: 'Jobs are listed by state, name and age.',
  pause: 'A queue is paused and resumed, for all processes.',
};

/** What a backend promises. The contract suite asserts each feature both ways. */
export interface Capabilities {
  /** What survives once `enqueue` has resolved: nothing, a crash of this process, of the broker, or of its machine. */
  readonly durability: 'none' | 'process' | 'crash' | 'replicated';
  /** Whether other processes see the same queues. */
  readonly scope: 'process' | 'fleet';
  /**
   * Whether other processes see what is kept of a job: its record, its result, the counts and the limits of its queue. Where they
   * do not, and see the same queues all the same, nobody knows how long jobs wait.
   */
  readonly records: 'process' | 'fleet';
  /** `strict`: by priority, then first in, first out, over all claims. */
  readonly order: 'strict' | 'best-effort';
  readonly features: Readonly<Record<Feature, boolean>>;
  /** The shortest lease that it can keep. */
  readonly minLease: Ms;
  /** The longest delay. */
  readonly maxDelay: Ms;
  /** Jobs that a worker may take beyond its free slots while its handlers take microseconds; 0: none. */
  readonly lookAhead: number;
  /**
   * Claims that a worker may have under way at once while there is a backlog, each for its share of the slots: where a server works while the
   * client goes on, two overlap. 1: one after the other.
   */
  readonly claimsInFlight: number;
  /**
   * Jobs that one call of `enqueue` carries best: concurrent enqueues are gathered up to it. Where a broker works while the client goes on, smaller
   * calls overlap better: 100-way enqueue on Redis took 74,000 a second by the whole tick, 160,000 to 250,000 in calls of 50.
   */
  readonly enqueueBatch: number;
  /** Completed jobs with their results that it keeps a queue when nothing else is said. */
  readonly completedMax: number;
  /** Ids of finished jobs that it remembers a queue, for {@link TOMBSTONE_TTL} at most. */
  readonly tombstoneMax: number;
}

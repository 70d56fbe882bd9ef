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
  'cancel',
  'find',
  'pause',
] as const;

export type Feature = (typeof FEATURES)[number];

/** What a backend promises. The contract suite asserts each feature both ways. */
export interface Capabilities {
  /** What survives once `enqueue` has resolved: nothing, a crash of this process, of the broker, or of its machine. */
  readonly durability: 'none' | 'process' | 'crash' | 'replicated';
  /** Whether other processes see the same queues. */
  readonly scope: 'process' | 'fleet';
  /** `strict`: by priority, then first in, first out, over all claims. */
  readonly order: 'strict' | 'best-effort';
  readonly features: Readonly<Record<Feature, boolean>>;
  /** The shortest lease that it can keep. */
  readonly minLease: Ms;
  /** The longest delay. */
  readonly maxDelay: Ms;
  /** Completed jobs with their results that it keeps a queue when nothing else is said. */
  readonly completedMax: number;
  /** Ids of finished jobs that it remembers a queue, for {@link TOMBSTONE_TTL} at most. */
  readonly tombstoneMax: number;
}

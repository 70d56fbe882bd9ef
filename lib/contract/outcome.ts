import type { Checkpoint, ErrorRecord, Ms, Progress } from './job-record.js';
import type { NewJob } from './new-job.js';
import type { Payload } from './payload.js';

/**
 * A worker's right to one claim of one job. Opaque: only the backend that gave it reads it.
 * It is valid within the process that claimed.
 */
export type Receipt = { readonly __receipt: unique symbol };

/** How one run of a job ended: a closed set. */
export type Outcome =
  | { readonly kind: 'completed'; readonly result?: Payload | undefined }
  /** Tried again `in` milliseconds from now; 0: at once, behind those that wait. */
  | { readonly kind: 'retry'; readonly in: Ms; readonly error: ErrorRecord; readonly countAttempt?: boolean }
  /** Becomes a dead letter. */
  | { readonly kind: 'failed'; readonly error: ErrorRecord }
  | { readonly kind: 'cancelled'; readonly reason: string }
  /**
   * Given back. Without `in` and `awaits` it takes its old place again; with `in` it is due then; with `awaits` it
   * waits for that signal (at most `in` milliseconds when both are given). `countAttempt: false` gives the attempt back.
   */
  | {
      readonly kind: 'released';
      readonly in?: Ms | undefined;
      readonly countAttempt: boolean;
      readonly checkpoint?: Checkpoint | undefined;
      readonly awaits?: string | undefined;
    };

/** One verdict about a job in hand. */
export interface Settlement {
  readonly receipt: Receipt;
  readonly outcome: Outcome;
  /** Written in the same step, when the settlement is applied. */
  readonly progress?: Progress | undefined;
  /** Enqueued in the same step, when the settlement is applied; not held up by `maxSize`. */
  readonly enqueue?: readonly NewJob[] | undefined;
}

/**
 * What became of one word about a job in hand.
 * `applied`: it holds. `already-applied`: this receipt was settled before, nothing changed now. `stale`: the lease
 * was lost, nothing changed. `unknown`: there is no such job any more.
 */
export type Verdict = 'applied' | 'already-applied' | 'stale' | 'unknown';

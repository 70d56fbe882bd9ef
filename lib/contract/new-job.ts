import type { JobRef, Ms } from './job-record.js';
import type { Payload } from './payload.js';

/** The version that this release writes. A store keeps jobs of every version up to it. */
export const ENVELOPE_VERSION = 1;

/** Idempotency of an enqueue: per queue, from the moment of the enqueue, whatever becomes of the job's record. */
export interface Idempotency {
  readonly key: string;
  /** Default 24 hours. */
  readonly ttl: Ms;
}

/** Uniqueness by queue, task name and key. */
export type Uniqueness =
  /** While an unfinished job has the key, an enqueue gives that one back. */
  | { readonly mode: 'keep-first'; readonly key: string }
  /** An unfinished job with the key that is not running takes the new payload, priority and delay; a running one is left alone. */
  | { readonly mode: 'replace'; readonly key: string }
  /** At most one job each `window`, counted from the enqueue of the first; later ones get that one back, finished or not. */
  | { readonly mode: 'throttle'; readonly key: string; readonly window: Ms }
  /** Runs `window` after the last enqueue with the last payload, yet at most `maxWait` after the first. */
  | { readonly mode: 'debounce'; readonly key: string; readonly window: Ms; readonly maxWait?: Ms };

/**
 * What becomes of a job when one that it depends on fails, is cancelled or is removed.
 * `fail`: it is cancelled with the reason `dependency-failed`, and waits again when the parent is retried.
 * `continue`: it runs and is told the error. `ignore`: it runs as if the parent had completed.
 */
export type DependencyPolicy = 'fail' | 'continue' | 'ignore';

export interface Dependencies {
  readonly jobs: readonly JobRef[];
  readonly onFailure: DependencyPolicy;
}

/** A job as it is handed to a backend. The client makes the id, so that a repeated call cannot duplicate it. */
export interface NewJob extends JobRef {
  readonly name: string;
  readonly payload?: Payload | undefined;
  readonly codec: string;
  readonly version: number;
  /** 0 to 20. */
  readonly priority: number;
  readonly maxRetries: number;
  /** Lost leases that make it a dead letter; 0: only its attempts bound it. Default 3. */
  readonly maxStalled?: number | undefined;
  readonly timeout?: Ms | undefined;
  /** From the moment of the enqueue, by the store's clock. 0 or more. */
  readonly delay?: Ms | undefined;
  /** Due at this moment, in epoch milliseconds by the store's clock; one that has passed means at once. Not together with `delay`. */
  readonly dueAt?: number | undefined;
  /** Fair share, rate and concurrency are counted by this key within the queue. */
  readonly key?: string | undefined;
  /** Share of the key among others; default 1, more than 0. */
  readonly weight?: number | undefined;
  readonly idempotency?: Idempotency | undefined;
  readonly unique?: Uniqueness | undefined;
  readonly dependsOn?: Dependencies | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * The id was chosen by the caller, or this call repeats one whose outcome is unknown: the backend looks whether
   * the id exists and answers `existing`. Without it an id is taken as new (a UUIDv7 made for this call).
   */
  readonly repeat?: boolean | undefined;
  /**
   * Kept for another broker's sake: never handed out by order, only by a claim that names its id. Whoever enqueues it publishes it and
   * confirms that with `forward`, which hands out what nobody has confirmed and what becomes ready later.
   */
  readonly external?: boolean | undefined;
}

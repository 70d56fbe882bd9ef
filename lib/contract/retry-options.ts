import type { Duration } from './durations.js';

/**
 * How long until the next run, from the number of the attempt that failed (1 for the first) and its error.
 * Milliseconds or a duration text. `maxDelay` caps it; jitter is not added.
 */
export type CustomBackoff = (attempt: number, error: unknown) => Duration;

/** What a failed run is answered with. */
export interface RetryOptions {
  /** Runs after the first: 3 means up to 4 runs. Default 3. */
  readonly maxRetries?: number | undefined;
  /** `fixed`: `delay` each time; `linear`: `delay × n`; `exponential`: `delay × 2^(n-1)`; or your own. Default `exponential`. */
  readonly backoff?: 'fixed' | 'linear' | 'exponential' | CustomBackoff | undefined;
  /** What the backoff is counted from. Default 1 s. */
  readonly delay?: Duration | undefined;
  /** Cap of any backoff. Default 5 m. */
  readonly maxDelay?: Duration | undefined;
  /** Spreads each backoff evenly over its upper half, so that jobs which failed together do not return together. Default true. */
  readonly jitter?: boolean | undefined;
  /** Says by the error whether another run makes sense. Default: yes. */
  readonly shouldRetry?: ((error: unknown, attempt: number) => boolean) | undefined;
}

/**
 * Stops running a task that keeps failing: after `threshold` failures in a row its jobs are given back, without an
 * attempt counted, until `cooldown` is over; then one run tries whether it works again.
 */
export interface CircuitBreakerOptions {
  /** Failures in a row that open it. Default 5. */
  readonly threshold?: number | undefined;
  /** How long it stays open before one run tries. Default 30 s. */
  readonly cooldown?: Duration | undefined;
}

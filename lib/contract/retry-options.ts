import type { Duration } from './durations.js';

/**
 * How long until the next run, from the number of the attempt that failed (1 for the first) and its error.
 * Milliseconds or a duration text. `maxDelay` caps it; jitter is not added.
 */
export type CustomBackoff = (attempt: number, error: unknown) => Duration;

/** What a failed run is answered with. */
export interface RetryOptions {
  /** Runs after the first. Default 3, so up to 4 runs. */
  readonly maxRetries?: number | undefined;
  /** `fixed`: `delay` each time; `linear`: `delay × n`; `exponential` (default): `delay × 2^(n-1)`; or your own. */
  readonly backoff?: 'fixed' | 'linear' | 'exponential' | CustomBackoff | undefined;
  /** Default `'1s'`. */
  readonly delay?: Duration | undefined;
  /** Cap of any backoff. Default `'5m'`. */
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
  /** Default 5. */
  readonly threshold?: number | undefined;
  /** Default `'30s'`. */
  readonly cooldown?: Duration | undefined;
}

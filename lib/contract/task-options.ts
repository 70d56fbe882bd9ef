import type { Duration } from './durations.js';
import type { Priority } from './priority.js';
import type { CircuitBreakerOptions, RetryOptions } from './retry-options.js';

/** What `@Task()` takes. A bare text is the name. */
export interface TaskOptions {
  /** Unique in the app. Default: the method's name. */
  readonly name?: string | undefined;
  /** Where calls of it go when the call does not say. Default: `default` of the primary backend. */
  readonly queue?: string | undefined;
  /** Default `Priority.NORMAL`, 5. */
  readonly priority?: Priority | undefined;
  /** Runs after the first. Default: `retry.maxRetries`, 3. */
  readonly maxRetries?: number | undefined;
  /** Of each run. Default: `timeout.default`, 300 s; capped by `timeout.max`. */
  readonly timeout?: Duration | undefined;
  /** Each call is due this long after its enqueue. */
  readonly delay?: Duration | undefined;
  /** Each call is due at that moment. */
  readonly scheduleAt?: Date | undefined;
  /** Calls with the same key give back the same job for 24 hours. */
  readonly idempotencyKey?: string | ((payload: never) => string | undefined) | undefined;
  /** On top of the module's `retry`. */
  readonly retry?: Omit<RetryOptions, 'maxRetries'> | undefined;
  /** Default: none. `true` takes the breaker's own defaults. */
  readonly circuitBreaker?: boolean | CircuitBreakerOptions | undefined;
}

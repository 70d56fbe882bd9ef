import type { Duration } from './durations.js';
import type { Priority } from './priority.js';
import type { CircuitBreakerOptions, RetryOptions } from './retry-options.js';
import type { SchemaInput, TaskSchema } from './task-schema.js';

/** What `@Task()` takes. A bare text is the name. */
export interface TaskOptions {
  /** Unique in the app. Default: the method's name. */
  readonly name?: string | undefined;
  /** Where calls of it go when the call does not say. Default: `default` of the primary backend. */
  readonly queue?: string | undefined;
  /** Checks each payload when it is enqueued, and makes of it what the handler gets. Default: none. */
  readonly schema?: TaskSchema | undefined;
  /** 0 to 20; higher runs first. Default 5 (`Priority.NORMAL`). */
  readonly priority?: Priority | undefined;
  /** Runs after the first. Default: `retry.maxRetries`. */
  readonly maxRetries?: number | undefined;
  /** Of each run; capped by `timeout.max`. Default: `timeout.default`. */
  readonly timeout?: Duration | undefined;
  /** Each call is due this long after its enqueue. Default: at once. */
  readonly delay?: Duration | undefined;
  /** Each call is due at that moment. Default: at once. */
  readonly scheduleAt?: Date | undefined;
  /** Calls with the same key give back the same job for `idempotencyTtl`. Default: none. */
  readonly idempotencyKey?: string | ((payload: never) => string | undefined) | undefined;
  /** On top of the module's `retry`, with the same keys. Default: nothing. */
  readonly retry?: Omit<RetryOptions, 'maxRetries'> | undefined;
  /** Stops running the task while it keeps failing; `true` takes the breaker's own defaults. Default: none. */
  readonly circuitBreaker?: boolean | CircuitBreakerOptions | undefined;
}

/** What an idempotency key is made of; `never` lets the function say it, where the compiler does not know. */
type KeyPayload<S> = S extends TaskSchema ? (unknown extends SchemaInput<S> ? never : SchemaInput<S>) : never;

/** {@link TaskOptions} with the type of their schema, which then types what is made of the payload. */
export interface SchemaTaskOptions<S extends TaskSchema | undefined> extends Omit<
  TaskOptions,
  'schema' | 'idempotencyKey'
> {
  readonly schema?: S | undefined;
  readonly idempotencyKey?: string | ((payload: KeyPayload<S>) => string | undefined) | undefined;
}

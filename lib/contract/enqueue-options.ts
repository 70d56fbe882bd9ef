import type { Duration } from './durations.js';
import type { JobRef } from './job-record.js';
import type { Priority } from './priority.js';
import type { Transaction } from './transaction.js';

/** How one call is enqueued. What is not given comes from the task's own options, then from the module's. */
export interface EnqueueOptions {
  /** An id of your own (1–128 of `A–Z a–z 0–9 . _ : -`). The same id again, on the same queue, gives the existing job. Default: a UUIDv7. */
  readonly id?: string | undefined;
  /** 0 to 20; higher runs first. Default: the task's. */
  readonly priority?: Priority | undefined;
  /** Due this long from now, or at that moment. Not together with `scheduleAt`. Default: the task's, else at once. */
  readonly delay?: Duration | Date | undefined;
  /** Due at that moment; one that has passed means at once. Default: the task's, else at once. */
  readonly scheduleAt?: Date | undefined;
  /** Runs after the first that a failing job gets. Default: the task's. */
  readonly maxRetries?: number | undefined;
  /** Of each run; capped by `timeout.max`. Default: the task's. */
  readonly timeout?: Duration | undefined;
  /**
   * The same key on the same queue gives back the job that has it, in whatever process, for `idempotencyTtl` (24 h) from
   * its enqueue. A cancelled or deleted job frees its key, a failed one does not. Default: the task's, else none.
   */
  readonly idempotencyKey?: string | undefined;
  /**
   * Jobs that must complete first: handles, references, or bare ids, which are looked for on the queues of the same
   * backend. When one fails, this job is cancelled with the reason `dependency-failed`; it waits again when that one is
   * retried. Default: none.
   */
  readonly dependsOn?: Dependency | readonly Dependency[] | undefined;
  /**
   * What travels with the job beside its payload, for middleware more than for handlers: a tenant, a trace. Read with
   * `ctx.headers`, in every run. At most 4 KiB together; names of 1–128 characters, no control characters. Default: none.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * A transaction of yours on the database of the queue: the job is committed with it or not at all. Of `pg`, PGlite, TypeORM, Prisma,
   * Drizzle, Knex or Kysely, or anything that has `query(text, values)`. Where the queue is not on PostgreSQL, its backend needs an
   * `outbox`. Default: none.
   */
  readonly tx?: Transaction | undefined;
}

/** A job that another waits for. */
export type Dependency = string | JobRef;

/** One call of {@link TaskQueue.enqueueMany}. */
export interface EnqueueRequest extends Omit<EnqueueOptions, 'tx'> {
  readonly name: string;
  readonly payload?: unknown;
}

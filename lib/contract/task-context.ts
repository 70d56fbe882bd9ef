import type { Ms, ParentOutcome } from './job-record.js';
import type { Transaction } from './transaction.js';

/** The job as its handler and the middleware around it see it. */
export interface TaskJob {
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  /** This run's number, from 1. */
  readonly attempt: number;
  readonly maxRetries: number;
  readonly priority: number;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** How a job that this one depended on ended; `result` is decoded. */
export interface DependencyResult extends Omit<ParentOutcome, 'result' | 'codec'> {
  readonly result?: unknown;
}

/**
 * What a handler gets as its second argument. Also reached from anywhere below it by injecting `CurrentTask`.
 *
 * @example
 * async send(email: Email, ctx: TaskContext) {
 *   await ctx.progress(1, 2, 'rendering');
 *   return this.mailer.send(email, { signal: ctx.signal });
 * }
 */
export interface TaskContext {
  readonly job: TaskJob;
  /** This run's number, from 1. */
  readonly attempt: number;
  /** The worker that runs it. */
  readonly workerId: string;
  /**
   * Aborted when the run is over before the handler is: timeout (`TaskTimeoutError`), cancel (`TaskCancelledError`),
   * lease lost (`LeaseLostError`), shutdown (`TasksClosedError`). The reason is that error.
   */
  readonly signal: AbortSignal;
  /** Guards a resource outside: a decimal string that grows with every claim of this job. */
  readonly fence: string;
  /** The same for every run of this job: hand it to services that know idempotency keys. */
  readonly idempotencyKey: string;
  /** Headers that travelled with the job. */
  readonly headers: Readonly<Record<string, string>>;
  /** The jobs that this one depended on. */
  readonly dependencies: readonly DependencyResult[];
  /** Longest this run may take. */
  readonly timeout: Ms;
  /**
   * Says how far the job is; kept with it and read back by `job.refresh()`. At most ten writes a second reach the
   * backend, the last one always does. `total` 0 means unknown. A message is cut at 4,096 characters.
   * @throws TaskValidationError for a negative or non-finite number, a message that is no text, or metadata that the codec cannot carry;
   * PayloadTooLargeError for metadata over `payload.maxResultSize`
   */
  progress(current: number, total?: number, message?: string, metadata?: unknown): Promise<void>;
  /**
   * Completes this job in a transaction of the handler's own, on the database of its queue: what the handler wrote there and the end of the
   * job are committed together, or neither is. The last statement before the commit; what the handler returns afterwards is not kept.
   *
   * When the transaction is rolled back the job is not completed: the run then ends as failed and is retried by the task's policy, even when
   * the handler returns. The lease is renewed no more from here on.
   *
   * @param tx As of `EnqueueOptions.tx`.
   * @param result What the job's result is. Default: none.
   * @throws LeaseLostError when the job is no longer this run's; the transaction can then not be committed any more
   * @throws UnsupportedOperationError where the queue is not on PostgreSQL
   * @throws TaskValidationError for what is no transaction, and a result that the codec cannot carry; PayloadTooLargeError
   * @example
   * await this.pool.transaction(async (tx) => {
   *   await tx.query('update accounts set balance = balance - $1 where id = $2', [amount, account]);
   *   await ctx.complete(tx);
   * });
   */
  complete(tx: Transaction, result?: unknown): Promise<void>;
}

/** What middleware gets: the same, and what belongs to the run as a whole. */
export interface TaskExecutionContext extends TaskContext {
  /** Decoded, and what the task's schema made of it. */
  readonly payload: unknown;
  /** When this run began, by this process's clock. */
  readonly startedAt: number;
  /** Free for middleware to leave notes for one another. `metadata.timeout` is the effective timeout in ms. */
  readonly metadata: Record<string, unknown>;
  /** The class that holds the handler, when a class does. */
  readonly handlerClass: (abstract new (...args: never[]) => unknown) | undefined;
  readonly handlerMethod: string | undefined;
}

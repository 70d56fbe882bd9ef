import type { Duration, ErrorCode, ErrorRecord } from '../contract/index.js';
import { InvalidDurationError } from './input-errors.js';
import { issueList, type ValidationIssue } from './issue-list.js';
import { millisecondsOf } from './milliseconds-of.js';
import { TaskError, type TaskErrorOptions } from './task-error.js';

/** The handler threw in the job's last run; `cause` is what it threw, or a {@link RemoteTaskError} of it. */
export class TaskExecutionError extends TaskError {
  constructor(
    readonly jobId: string,
    readonly taskName: string,
    readonly record: ErrorRecord,
    options?: TaskErrorOptions,
  ) {
    super('TASKS_EXECUTION', `Task "${taskName}" (job ${jobId}) failed: ${record.message}`, options);
  }
}

/** An error that was stored with a job. Never an instance of the class that its name says. */
export class RemoteTaskError extends TaskError {
  constructor(readonly record: ErrorRecord) {
    super('TASKS_REMOTE', `${record.name}: ${record.message}`);
    if (record.stack !== undefined) this.stack = record.stack;
  }
}

export class TaskNotFoundError extends TaskError {
  constructor(
    readonly taskName: string,
    detail?: string,
    options?: TaskErrorOptions,
  ) {
    super(
      'TASKS_NOT_FOUND',
      `No handler is registered for task "${taskName}".${detail === undefined ? '' : ` ${detail}`}`,
      options,
    );
  }
}

/** A context carrier threw at an enqueue, gave what cannot travel, or broke its word about the body that it is given. */
export class TaskContextError extends TaskError {
  constructor(message: string, options?: TaskErrorOptions) {
    super('TASKS_CONTEXT', message, options);
  }
}

/** The same thing under the reference's other name. */
export { TaskNotFoundError as UnknownTaskError };

/** A run found that its payload does not fit the schema of its task: a dead letter at once, whatever attempts are left. */
export class PayloadMismatchError extends TaskError {
  constructor(
    readonly taskName: string,
    readonly issues: readonly ValidationIssue[],
  ) {
    super(
      'TASKS_PAYLOAD_MISMATCH',
      `The payload does not fit the schema of task "${taskName}": ${issueList(issues)}`,
    );
  }
}

/** A handler has completed its job in a transaction, returned, and the transaction was not committed: its run has failed. */
export class NotCommittedError extends TaskError {
  constructor(readonly jobId: string) {
    super(
      'TASKS_NOT_COMMITTED',
      `The transaction in which job "${jobId}" was completed was not committed when its handler returned.`,
    );
  }
}

export class TaskTimeoutError extends TaskError {
  constructor(
    readonly taskName: string,
    readonly timeout: number,
  ) {
    super('TASKS_TIMEOUT', `Task "${taskName}" took longer than ${timeout} ms.`);
  }
}

export class TaskCancelledError extends TaskError {
  constructor(
    readonly jobId: string,
    readonly reason: string,
  ) {
    super('TASKS_CANCELLED', `Job "${jobId}" was cancelled: ${reason}`);
  }
}

export class TaskStalledError extends TaskError {
  constructor(readonly jobId: string) {
    super('TASKS_STALLED', `Job "${jobId}" lost its lease too often.`);
  }
}

export class LeaseLostError extends TaskError {
  constructor(readonly jobId: string) {
    super('TASKS_LEASE_LOST', `The lease of job "${jobId}" is lost.`);
  }
}

export class CircuitOpenError extends TaskError {
  constructor(
    readonly taskName: string,
    readonly retryIn: number,
  ) {
    super('TASKS_CIRCUIT_OPEN', `The circuit of task "${taskName}" is open for another ${retryIn} ms.`);
  }
}

export class ResultTimeoutError extends TaskError {
  constructor(
    readonly jobId: string,
    readonly timeout: number,
  ) {
    super('TASKS_RESULT_TIMEOUT', `Job "${jobId}" did not end within ${timeout} ms.`);
  }
}

export class TaskCodecError extends TaskError {
  constructor(message: string, options?: TaskErrorOptions) {
    super('TASKS_CODEC', message, options);
  }
}

/**
 * Throw it when another run cannot help: the job becomes a dead letter at once, whatever attempts are left.
 *
 * @example
 * if (response.status === 404) throw new UnrecoverableError('no such customer');
 */
export class UnrecoverableError extends TaskError {
  /** @param options `code`: that of a more exact kind of it. */
  constructor(message?: string, options: TaskErrorOptions & { readonly code?: ErrorCode } = {}) {
    super(options.code ?? 'TASKS_UNRECOVERABLE', message, options);
  }
}

/**
 * A guard or a pipe of the task said no: the job becomes a dead letter at once, whatever attempts are left. `cause` is the
 * exception that it said it with.
 */
export class JobRefusedError extends UnrecoverableError {
  constructor(
    readonly by: 'guard' | 'pipe',
    message: string,
    options?: TaskErrorOptions,
  ) {
    super(message, { ...options, code: 'TASKS_REFUSED' });
  }
}

/** The Observable of a handler, or of an interceptor around it, ended without a value. Counts as a failed run like any other. */
export class NoValueError extends TaskError {
  constructor(message: string) {
    super('TASKS_NO_VALUE', message);
  }
}

/**
 * Throw it to be run again after a time of your choice, for instance when a service says `Retry-After`.
 * The attempt stays used unless `countAttempt: false`; without attempts left the job becomes a dead letter.
 *
 * A duration that cannot be read is an `InvalidDurationError`, thrown where this is made: the run has failed with that, and the task's
 * retry policy decides, as on any error.
 *
 * @example
 * throw new RetryLaterError('5m', { countAttempt: false });
 */
export class RetryLaterError extends TaskError {
  readonly countAttempt: boolean;

  /** @throws InvalidDurationError */
  constructor(
    readonly delay: Duration,
    options: TaskErrorOptions & { readonly countAttempt?: boolean; readonly message?: string } = {},
  ) {
    if (millisecondsOf(delay) === undefined) {
      throw new InvalidDurationError(delay, 'RetryLaterError', undefined, RETRY_LATER_REMEDY);
    }
    super('TASKS_RETRY_LATER', options.message, options);
    this.countAttempt = options.countAttempt ?? true;
  }
}

const RETRY_LATER_REMEDY =
  'Give `new RetryLaterError()` a number of milliseconds or a text such as `30s`. The `Retry-After` of HTTP is a number of seconds, or a date: multiply it by 1,000, or take the difference to now.';

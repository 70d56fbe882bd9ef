import type { ErrorCode, JobRef } from '../contract/index.js';
import { TaskError, type TaskErrorOptions } from './task-error.js';

/** Trouble with a queue or its broker; never the failure of a job. */
export class TaskQueueError extends TaskError {}

export interface BackendErrorOptions extends TaskErrorOptions {
  /** Why, in plain words and without a secret: it stands in the message. */
  readonly reason?: string | undefined;
  /** What the call was about. */
  readonly jobs?: readonly JobRef[];
}

/** What became of a call that ended in an error. `not-sent`: nothing happened. `unknown`: it may have been carried out, or part of it. */
export type CallOutcome = 'not-sent' | 'unknown';

/**
 * A call to a broker ended without its answer: the base of `BackendUnavailableError`, after which to call again, and of
 * `BackendFaultError`, after which to mend something first.
 */
export abstract class BackendCallError extends TaskQueueError {
  /** Why, in plain words; undefined when the backend does not say. */
  readonly reason: string | undefined;
  /** What the call was about, for calling again with the same ids. */
  readonly jobs: readonly JobRef[];

  constructor(
    code: ErrorCode,
    readonly backend: string,
    readonly outcome: CallOutcome,
    what: string,
    { reason, jobs = [], ...options }: BackendErrorOptions,
  ) {
    const tail = reason === undefined ? '.' : `: ${reason}.`;
    super(code, `Backend "${backend}" ${what} (outcome ${outcome})${tail}`, options);
    this.reason = reason;
    this.jobs = jobs;
  }

  /** The same error as one that names other jobs: those of one caller, of all that travelled in the call. */
  abstract about(jobs: readonly JobRef[]): BackendCallError;

  /** What another error tells of this one. */
  protected retold(jobs: readonly JobRef[]): BackendErrorOptions {
    const { cause = this, remedy, reason } = this;
    return { cause, remedy, reason, jobs };
  }
}

export class BackendUnavailableError extends BackendCallError {
  constructor(backend: string, outcome: CallOutcome, options: BackendErrorOptions = {}) {
    super('TASKS_BACKEND_UNAVAILABLE', backend, outcome, 'is unavailable', options);
  }

  about(jobs: readonly JobRef[]): BackendUnavailableError {
    return new BackendUnavailableError(this.backend, this.outcome, this.retold(jobs));
  }
}

/** The broker is there and has answered; another try would hear the same. */
export class BackendFaultError extends BackendCallError {
  constructor(backend: string, outcome: CallOutcome, options: BackendErrorOptions = {}) {
    super('TASKS_BACKEND_FAULT', backend, outcome, 'cannot carry the call out', options);
  }

  about(jobs: readonly JobRef[]): BackendFaultError {
    return new BackendFaultError(this.backend, this.outcome, this.retold(jobs));
  }
}

export class QueueFullError extends TaskQueueError {
  constructor(readonly queue: string) {
    super('TASKS_QUEUE_FULL', `Queue "${queue}" is full.`);
  }
}

/** One call of an `enqueueMany` that was refused while others were accepted. */
export interface RefusedRequest {
  /** Its place in the call. */
  readonly index: number;
  readonly error: TaskError;
}

export class PartlyEnqueuedError extends TaskQueueError {
  constructor(
    /** What was accepted. */
    readonly jobs: readonly JobRef[],
    readonly refused: readonly RefusedRequest[],
  ) {
    super(
      'TASKS_PARTLY_ENQUEUED',
      `${jobs.length} jobs were enqueued and ${refused.length} were refused, the first with: ${refused[0]?.error.message ?? ''}`,
      { cause: refused[0]?.error },
    );
  }
}

export class UnknownQueueError extends TaskQueueError {
  constructor(
    readonly queue: string,
    readonly known: readonly string[],
    readonly nearest?: string,
  ) {
    super(
      'TASKS_UNKNOWN_QUEUE',
      `Queue "${queue}" is not declared. Known: ${known.join(', ') || 'none'}.` +
        (nearest === undefined ? '' : ` Did you mean "${nearest}"?`),
    );
  }
}

export class UnsupportedOperationError extends TaskQueueError {
  constructor(operation: string, backend: string, alternative: string) {
    super('TASKS_UNSUPPORTED', `Backend "${backend}" cannot ${operation}. ${alternative}`, {
      remedy: alternative,
    });
  }
}

export class InvalidBackendError extends TaskQueueError {
  constructor(message: string, options?: TaskErrorOptions) {
    super('TASKS_INVALID_BACKEND', message, options);
  }
}

export class JobNotFoundError extends TaskQueueError {
  constructor(readonly jobId: string) {
    super('TASKS_JOB_NOT_FOUND', `Job "${jobId}" is not there.`);
  }
}

export class JobExistsError extends TaskQueueError {
  constructor(readonly jobId: string) {
    super('TASKS_JOB_EXISTS', `Job "${jobId}" exists already.`);
  }
}

export class DependencyCycleError extends TaskQueueError {
  constructor(readonly jobIds: readonly string[]) {
    super('TASKS_DEPENDENCY_CYCLE', `Jobs depend on each other in a circle: ${jobIds.join(' → ')}.`);
  }
}

export class DependencyUnknownError extends TaskQueueError {
  constructor(readonly jobId: string) {
    super('TASKS_DEPENDENCY_UNKNOWN', `Job "${jobId}" to depend on is unknown or expired.`);
  }
}

export class DependencyFailedError extends TaskQueueError {
  constructor(readonly jobId: string) {
    super('TASKS_DEPENDENCY_FAILED', `Job "${jobId}" that this one depends on did not complete.`);
  }
}

export class TasksClosedError extends TaskQueueError {
  constructor(message?: string) {
    super('TASKS_CLOSED', message);
  }
}

/** What the options of this process rule out: anything with `enabled: false`, and workers with `role: 'producer'`. */
export class TasksDisabledError extends TaskQueueError {
  constructor(message?: string) {
    super('TASKS_DISABLED', message);
  }
}

import type { JobRef } from '../contract/index.js';
import { TaskError, type TaskErrorOptions } from './task-error.js';

/** Trouble with a queue or its broker; never the failure of a job. */
export class TaskQueueError extends TaskError {}

export class BackendUnavailableError extends TaskQueueError {
  constructor(
    readonly backend: string,
    /** `not-sent`: nothing happened. `unknown`: it may have been carried out. */
    readonly outcome: 'not-sent' | 'unknown',
    options: TaskErrorOptions & { readonly jobs?: readonly JobRef[] } = {},
  ) {
    super('TASKS_BACKEND_UNAVAILABLE', `Backend "${backend}" is unavailable (outcome ${outcome}).`, options);
    this.jobs = options.jobs ?? [];
  }

  /** What the call was about, for calling again with the same ids. */
  readonly jobs: readonly JobRef[];
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

import type { ErrorCode } from '../contract/index.js';

/** One entry of the catalogue: what happened, and what to do about it. */
export interface ErrorEntry {
  /** The class that carries the code. */
  readonly name: string;
  readonly what: string;
  readonly remedy: string;
}

/** Every error of the project. A test holds this table, the codes, the classes and `docs/errors.md` together. */
export const ERROR_CATALOGUE: Readonly<Record<ErrorCode, ErrorEntry>> = {
  TASKS_BACKEND_FAULT: {
    name: 'BackendFaultError',
    what: 'The broker answered that it cannot carry the call out, and would answer so again: it holds what this package did not write, or does not know a command.',
    remedy:
      'Mend what the message names. Calling again does not help before: with outcome `unknown` part of the call may have been carried out.',
  },
  TASKS_BACKEND_UNAVAILABLE: {
    name: 'BackendUnavailableError',
    what: 'The broker did not answer, or the connection was lost.',
    remedy:
      'Call again. With outcome `not-sent` nothing happened; with `unknown` the call may have been carried out, and calling again with the same job id cannot duplicate it.',
  },
  TASKS_CANCELLED: {
    name: 'TaskCancelledError',
    what: 'The job was cancelled before it completed.',
    remedy: 'Nothing, if you meant it. Enqueue it again otherwise.',
  },
  TASKS_CIRCUIT_OPEN: {
    name: 'CircuitOpenError',
    what: 'The task failed too often in a row and is not run until its cooldown is over.',
    remedy: 'Mend what it depends on; its jobs wait and run again by themselves.',
  },
  TASKS_CLOSED: {
    name: 'TasksClosedError',
    what: 'The application, the worker or the backend is shutting down, or has shut down.',
    remedy: 'Enqueue before `app.close()` resolves. A job that was stopped by it runs again elsewhere.',
  },
  TASKS_CODEC: {
    name: 'TaskCodecError',
    what: 'A stored payload or result could not be decoded.',
    remedy: 'Check that every process uses the same codec; correct the payload and retry the dead letter.',
  },
  TASKS_COMMAND: {
    name: 'CommandError',
    what: 'A command line cannot be carried out as it is written.',
    remedy: 'See the message, and `nest-tasks help` with the name of the command. Nothing was done.',
  },
  TASKS_CONTEXT: {
    name: 'TaskContextError',
    what: 'A context carrier could not take the context of a call along, or did not put it back as it has to.',
    remedy:
      'Mend the carrier that the message names. At an enqueue nothing was enqueued; a run is tried again like any that failed.',
  },
  TASKS_DEPENDENCY_CYCLE: {
    name: 'DependencyCycleError',
    what: 'Jobs depend on each other in a circle, or a job on itself.',
    remedy: 'Take one of the named jobs out of the circle. Nothing was enqueued.',
  },
  TASKS_DEPENDENCY_FAILED: {
    name: 'DependencyFailedError',
    what: 'A job that this one depends on failed, was cancelled or was removed.',
    remedy: 'Retry that one from the dead letters; this job then waits for it again.',
  },
  TASKS_DEPENDENCY_UNKNOWN: {
    name: 'DependencyUnknownError',
    what: 'A job to depend on was never seen, or finished so long ago that it is forgotten.',
    remedy: 'Depend on jobs that are unfinished, or finished within the last hour. The job was not enqueued.',
  },
  TASKS_DISABLED: {
    name: 'TasksDisabledError',
    what: 'The configuration of this process rules the call out: its tasks are switched off, or it only enqueues.',
    remedy: 'Change `enabled` or `role` for this process, or make the call in another one. Nothing was done.',
  },
  TASKS_DUPLICATE_SCHEDULE: {
    name: 'DuplicateScheduleError',
    what: 'Two schedules have the same name, or one is added whose name is taken.',
    remedy:
      'Give one of them another name with `@Scheduled(…, { name })`, or change the one that is there with `TaskScheduler.update()`.',
  },
  TASKS_DUPLICATE_TASK: {
    name: 'DuplicateTaskError',
    what: 'Two methods register the same task name.',
    remedy:
      'Give one of them another name with `@Task({ name })`. When both are the same class: provide it once, and export it from there.',
  },
  TASKS_EXECUTION: {
    name: 'TaskExecutionError',
    what: 'The handler threw, and the job is a dead letter now.',
    remedy: 'See the cause and its stack; mend it and retry the dead letter.',
  },
  TASKS_INVALID_BACKEND: {
    name: 'InvalidBackendError',
    what: 'A backend of the configuration cannot be made: unknown type, or options that it does not take.',
    remedy:
      'Use `memory`, `redis`, `postgres`, `rabbitmq` or a type of `backendTypes`, with the options that its page of the docs has.',
  },
  TASKS_INVALID_DURATION: {
    name: 'InvalidDurationError',
    what: 'A duration is not a number of milliseconds or a text such as `30s`, or it is negative or not finite.',
    remedy: 'Write `500`, `30s`, `5m`, `1h` or `2 days`.',
  },
  TASKS_INVALID_NAME: {
    name: 'InvalidNameError',
    what: 'A task, queue or job name has characters that are not allowed, or is too long.',
    remedy:
      'Use 1 to 128 of letters, digits, `.`, `_`, `-` (job ids also `:`), beginning with a letter or digit.',
  },
  TASKS_INVALID_OPTION: {
    name: 'InvalidOptionError',
    what: 'An option is unknown or has a value that it cannot take.',
    remedy: 'Correct the paths that the message lists. Nothing was enqueued or started.',
  },
  TASKS_INVALID_SCHEDULE: {
    name: 'InvalidScheduleError',
    what: 'A schedule cannot fire as it is written: its expression, zone, interval or moment makes no sense.',
    remedy:
      'Correct what the message names: five or six fields of cron of at most 256 characters, a zone of the IANA database, an `every` of at least 1 s, a valid date. Nothing was scheduled.',
  },
  TASKS_JOB_EXISTS: {
    name: 'JobExistsError',
    what: 'A job with this id exists already and the call asked for a new one.',
    remedy: 'Use another id, or take the existing job.',
  },
  TASKS_JOB_NOT_FOUND: {
    name: 'JobNotFoundError',
    what: 'There is no such job, or it finished so long ago that it is no longer kept.',
    remedy: 'Check the id and the queue; keep finished jobs longer with `retention`.',
  },
  TASKS_LEASE_LOST: {
    name: 'LeaseLostError',
    what: 'The lease of a job ran out or was taken over, so this verdict about it was not applied.',
    remedy:
      'Block the event loop for less than two thirds of `worker.lease` (leases are renewed at a third of it), or raise it; settle or `extend` in time what was taken by hand. The job runs again.',
  },
  TASKS_MISSING_PEER: {
    name: 'MissingPeerError',
    what: 'Something is used that needs a package which is not installed. Such packages are optional, so that nobody installs what they do not use.',
    remedy:
      'Run the line that the message gives, `npm install` with the name and the versions of the package.',
  },
  TASKS_NOT_COMMITTED: {
    name: 'NotCommittedError',
    what: 'A handler completed its job by `ctx.complete(tx)` and returned, and that transaction was not committed.',
    remedy:
      'Await the commit before the handler returns, and let the handler throw when it is rolled back. The job runs again by the policy of its task.',
  },
  TASKS_NOT_FOUND: {
    name: 'TaskNotFoundError',
    what: 'No handler is registered for the task.',
    remedy: 'Decorate the method with `@Task()` and list its class in a module that the app imports.',
  },
  TASKS_NO_VALUE: {
    name: 'NoValueError',
    what: 'The Observable that a handler, or an interceptor around it, returned ended without a value, so nobody knows what became of the job.',
    remedy:
      'Let an interceptor return `next.handle()`; return `of(undefined)` to complete the job without a result.',
  },
  TASKS_PARTLY_ENQUEUED: {
    name: 'PartlyEnqueuedError',
    what: 'Some jobs of an `enqueueMany` were accepted and others refused: the backend cannot take all or nothing.',
    remedy: 'Enqueue again what `refused` lists, by its place in the call; what `jobs` lists is enqueued.',
  },
  TASKS_PAYLOAD_MISMATCH: {
    name: 'PayloadMismatchError',
    what: 'The stored payload of a job does not fit the schema of its task, which has changed since or was not known where it was enqueued.',
    remedy: 'Retry the dead letter with a corrected payload, or mend the schema and retry it.',
  },
  TASKS_PAYLOAD_TOO_LARGE: {
    name: 'PayloadTooLargeError',
    what: 'An encoded payload or result is over its size cap.',
    remedy:
      'Keep large data elsewhere and pass a reference, or raise `payload.maxSize` or `payload.maxResultSize`.',
  },
  TASKS_QUEUE_FULL: {
    name: 'QueueFullError',
    what: 'The queue holds as many waiting jobs as its `maxSize` allows.',
    remedy: 'Slow down and try again later, add workers, or raise `maxSize`. The job was not enqueued.',
  },
  TASKS_REFUSED: {
    name: 'JobRefusedError',
    what: 'A guard or a pipe of the task refused the job, which is a dead letter at once.',
    remedy:
      'See the cause for what refused it: correct the payload or the rights, and retry the dead letter.',
  },
  TASKS_REGISTRATION: {
    name: 'TaskRegistrationError',
    what: 'A handler, listener or middleware cannot be registered as it is written.',
    remedy: 'See the message for the class and method, and correct the decorator there.',
  },
  TASKS_REMOTE: {
    name: 'RemoteTaskError',
    what: 'An error that was stored with a job, as plain data: name, message and stack of what the handler threw.',
    remedy: 'Mend what its message says, in the process that threw it.',
  },
  TASKS_RESULT_TIMEOUT: {
    name: 'ResultTimeoutError',
    what: 'The job did not end within the time that the caller was ready to wait.',
    remedy:
      'Wait longer with `result({ timeout })`, or look again later: the job goes on. Were the workers started? They are when all of the app has started; in a test, by `app.init()`.',
  },
  TASKS_RETRY_LATER: {
    name: 'RetryLaterError',
    what: 'The handler asked to be run again later.',
    remedy: 'Nothing: it runs again when the time has come.',
  },
  TASKS_SCHEDULE_CYCLE: {
    name: 'ScheduleCycleError',
    what: 'Schedules depend on each other in a circle, or a schedule on itself.',
    remedy: 'Take one of the named schedules out of the circle. Nothing was scheduled.',
  },
  TASKS_SCHEDULE_NOT_FOUND: {
    name: 'ScheduleNotFoundError',
    what: 'There is no schedule of this name.',
    remedy:
      'Look at `TaskScheduler.list()` for the names there are; one that fired once, or was removed, is gone.',
  },
  TASKS_STALLED: {
    name: 'TaskStalledError',
    what: 'The job lost its lease too often: its workers died, froze or blocked their event loop. Stands in the record of its dead letter.',
    remedy: 'Find out what the job does to its process; mend it and retry the dead letter.',
  },
  TASKS_TIMEOUT: {
    name: 'TaskTimeoutError',
    what: 'A run took longer than its timeout and was given up.',
    remedy: 'Raise `timeout`, or make the handler stop when `ctx.signal` is aborted.',
  },
  TASKS_UNKNOWN_QUEUE: {
    name: 'UnknownQueueError',
    what: 'A queue is used that the app does not declare.',
    remedy:
      'Add it to `queues` of `forRoot` or `forFeature`, or use one of the names that the message lists.',
  },
  TASKS_UNRECOVERABLE: {
    name: 'UnrecoverableError',
    what: 'The handler said that another run cannot help.',
    remedy: 'Mend its cause and retry the dead letter.',
  },
  TASKS_UNSUPPORTED: {
    name: 'UnsupportedOperationError',
    what: 'This backend cannot do that.',
    remedy: 'See the message for the alternative, or move the queue to a backend that can.',
  },
  TASKS_VALIDATION: {
    name: 'TaskValidationError',
    what: 'A payload or an argument is not acceptable: it breaks the schema of its task, or the codec cannot carry it.',
    remedy: 'Correct the value at the path that the message names. Nothing was enqueued.',
  },
};

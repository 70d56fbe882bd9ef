import type { EnqueueVerdict, NewJob } from '../contract/index.js';
import {
  DependencyCycleError,
  DependencyUnknownError,
  JobExistsError,
  QueueFullError,
  TaskError,
  TasksClosedError,
  TaskValidationError,
  UnsupportedOperationError,
} from '../errors/index.js';

export type RefusedVerdict = Extract<EnqueueVerdict, { status: 'refused' }>;

/** The error that tells the caller why a backend did not take the job. */
export function refusalError({ code, detail }: RefusedVerdict, job: NewJob, backend: string): TaskError {
  const parents = job.dependsOn?.jobs.map(({ id }) => id) ?? [];
  switch (code) {
    case 'TASKS_QUEUE_FULL':
      return new QueueFullError(job.queue);
    case 'TASKS_DEPENDENCY_UNKNOWN':
      return new DependencyUnknownError(detail ?? parents[0] ?? job.id);
    case 'TASKS_DEPENDENCY_CYCLE':
      return new DependencyCycleError([job.id, ...parents]);
    case 'TASKS_UNSUPPORTED':
      return unsupported(detail ?? 'take this job as it is', backend);
    case 'TASKS_JOB_EXISTS':
      return new JobExistsError(job.id);
    case 'TASKS_CLOSED':
      return new TasksClosedError(detail);
    case 'TASKS_VALIDATION':
      return new TaskValidationError(detail ?? `Backend "${backend}" does not accept job "${job.id}".`);
    default:
      return new TaskError(code, detail);
  }
}

/** What the backend's capabilities exclude is refused before anything is sent: it must not fail calls that travel with it. */
export function unsupported(operation: string, backend: string): UnsupportedOperationError {
  return new UnsupportedOperationError(
    operation,
    backend,
    'Leave the option out, or use a queue on a backend that can.',
  );
}

/** Of a call with a transaction on a backend that has neither transactions nor an outbox. */
export function noTransactions(backend: string): UnsupportedOperationError {
  return new UnsupportedOperationError(
    'join a transaction',
    backend,
    'Give it an `outbox`, the name of the backend on PostgreSQL that has your transactions; or put the queue on PostgreSQL, or call without `tx`.',
  );
}

import type { ErrorRecord, Ms, Progress } from './job-record.js';

interface TaskEventBase {
  readonly taskId: string;
  readonly taskName: string;
  readonly queueName: string;
}

interface WorkerEventBase extends TaskEventBase {
  readonly workerId: string;
  readonly attempt: number;
}

/** Accepted by its queue. */
export interface TaskQueuedEvent extends TaskEventBase {
  readonly type: 'queued';
}
/** A worker begins a run. */
export interface TaskStartedEvent extends WorkerEventBase {
  readonly type: 'started';
}
/** Completed, and its backend has taken note. */
export interface TaskCompletedEvent extends WorkerEventBase {
  readonly type: 'completed';
  readonly result: unknown;
  /** Of this run. */
  readonly duration: Ms;
}
/** A run failed and another will follow. */
export interface TaskRetryingEvent extends WorkerEventBase {
  readonly type: 'retrying';
  readonly error: unknown;
  readonly retryIn: Ms;
}
/** The last run failed: it is a dead letter now. */
export interface TaskFailedEvent extends WorkerEventBase {
  readonly type: 'failed';
  readonly error: unknown;
  readonly reason: ErrorRecord;
}
/** Cancelled, running or not. `workerId` and `attempt` are there when it ran. */
export interface TaskCancelledEvent extends TaskEventBase {
  readonly type: 'cancelled';
  readonly reason: string;
  readonly workerId?: string;
  readonly attempt?: number;
}
/** A handler has said how far it is. */
export interface TaskProgressEvent extends WorkerEventBase {
  readonly type: 'progress';
  readonly progress: Omit<Progress, 'metadata'> & { readonly metadata?: unknown };
}

/** Everything that this process says of jobs. */
export type TaskEvent =
  | TaskQueuedEvent
  | TaskStartedEvent
  | TaskCompletedEvent
  | TaskRetryingEvent
  | TaskFailedEvent
  | TaskCancelledEvent
  | TaskProgressEvent;

export const TASK_EVENT_TYPES = [
  'queued',
  'started',
  'completed',
  'retrying',
  'failed',
  'cancelled',
  'progress',
] as const satisfies readonly TaskEvent['type'][];

export type TaskEventType = TaskEvent['type'];
export type TaskEventOf<T extends TaskEventType> = Extract<TaskEvent, { type: T }>;

export const TASK_EVENT_FILTERS = ['task', 'queue'] as const satisfies readonly (keyof TaskEventFilter)[];

/** Which events a listener wants. */
export interface TaskEventFilter {
  readonly task?: string | undefined;
  readonly queue?: string | undefined;
}

import type { Duration } from './durations.js';
import type { ErrorRecord, JobRef, Ms, Progress } from './job-record.js';
import type { JobState, PendingReason } from './job-state.js';
import type { ScheduleFiring } from './schedule.js';

/** The states of a job. */
export type JobStatus = JobState;

export interface WaitOptions {
  /** How long to wait. Default `'30s'`. */
  readonly timeout?: Duration | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One enqueued call of a task, as this process last saw it; `refresh()` reads it anew. */
export interface Job<TPayload = unknown, TResult = unknown> extends JobRef {
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  readonly payload: TPayload;
  readonly status: JobStatus;
  /** Why a pending job is not handed out. */
  readonly reason: PendingReason | undefined;
  readonly priority: number;
  readonly maxRetries: number;
  readonly timeout: Ms | undefined;
  readonly dependsOn: readonly JobRef[];
  readonly createdAt: Date;
  readonly startedAt: Date | undefined;
  readonly completedAt: Date | undefined;
  /** With `scheduled` and `retrying`: when it is due. */
  readonly scheduledAt: Date | undefined;
  /** The schedule that it came from. */
  readonly cronExpression: string | undefined;
  /** The slot of a schedule that it stands for. */
  readonly firing: ScheduleFiring | undefined;
  /** Runs so far, the present one included. */
  readonly attempt: number;
  /** Runs after the first. */
  readonly retryCount: number;
  readonly lastError: ErrorRecord | undefined;
  /** What the handler returned, once completed. */
  readonly resultValue: TResult | undefined;
  readonly progress: (Omit<Progress, 'metadata'> & { readonly metadata?: unknown }) | undefined;
  readonly isPending: boolean;
  readonly isRunning: boolean;
  readonly isCompleted: boolean;
  readonly isFailed: boolean;
  /** Whether attempts are left. */
  readonly canRetry: boolean;
  /** From its latest start to its end, or to now while it runs; undefined before. */
  readonly duration: Ms | undefined;
  /**
   * Waits until it ends and gives what the handler returned.
   * @throws TaskExecutionError when it became a dead letter, TaskCancelledError when it was cancelled,
   * ResultTimeoutError when the time was over, JobNotFoundError when it or its result is no longer kept
   */
  result(options?: WaitOptions): Promise<TResult>;
  /** @returns whether it is cancelled, or will be: false when it had finished, or is not there. */
  cancel(reason?: string): Promise<boolean>;
  /** @returns a fresh view of it. @throws JobNotFoundError when it is no longer kept */
  refresh(): Promise<Job<TPayload, TResult>>;
  /** Plain data, and back with `JobSnapshot.fromJSON`. Never throws: what cannot be read is named in `unreadable`. */
  toJSON(): JobData;
}

/** What of a job a codec has written. */
export type JobPart = 'payload' | 'resultValue' | 'progress';

/** A job as plain data; moments are ISO 8601 texts. */
export interface JobData {
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  readonly payload?: unknown;
  /** Parts that the codecs of the process could not read. They are left out here; the backend has them still. */
  readonly unreadable?: readonly JobPart[];
  readonly status: JobStatus;
  readonly reason?: PendingReason;
  readonly priority: number;
  readonly maxRetries: number;
  readonly timeout?: Ms;
  readonly dependsOn: readonly JobRef[];
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly completedAt?: string;
  readonly scheduledAt?: string;
  readonly cronExpression?: string;
  readonly firing?: { readonly schedule: string; readonly slot: string; readonly lateness: Ms };
  readonly attempt: number;
  readonly retryCount: number;
  readonly lastError?: ErrorRecord;
  readonly resultValue?: unknown;
  readonly progress?: Omit<Progress, 'metadata'> & { readonly metadata?: unknown };
}

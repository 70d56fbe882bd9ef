import type { ErrorRecord, Ms } from '../contract/index.js';
import type { CodecSet } from '../codecs/index.js';
import { isInstance, toErrorRecord } from '../errors/index.js';
import { DEPENDENCY_FAILED, type JobEnd } from './job-end.js';

/** A {@link JobResult} as plain data. */
export interface JobResultData {
  readonly success: boolean;
  readonly data?: unknown;
  readonly error?: ErrorRecord;
  readonly retryCount: number;
  readonly duration: Ms;
}

/**
 * How a finished job came out, without throwing: what it returned, or the error that ended it.
 *
 * @example
 * const result = await results.get(jobId);
 * if (result?.isSuccess === false) console.log(result.error?.message, result.retryCount);
 */
export class JobResult<T = unknown> {
  private constructor(
    readonly isSuccess: boolean,
    /** What the handler returned. */
    readonly data: T | undefined,
    readonly error: ErrorRecord | undefined,
    /** Runs after the first. */
    readonly retryCount: number,
    /** Of the last run. */
    readonly duration: Ms,
  ) {}

  /** @param duration in milliseconds */
  static success<T>(data: T, duration: Ms = 0, retryCount = 0): JobResult<T> {
    return new JobResult<T>(true, data, undefined, retryCount, duration);
  }

  /**
   * @param error Whatever was thrown, or the record of it.
   * @param retryCount Runs after the first.
   * @param duration in milliseconds
   */
  static failure(error: unknown, retryCount = 0, duration: Ms = 0): JobResult<never> {
    const record = isErrorRecord(error) ? error : toErrorRecord(error);
    return new JobResult<never>(false, undefined, record, retryCount, duration);
  }

  /** @throws TaskCodecError when what is stored cannot be read */
  static fromEnd(end: JobEnd, codecs: CodecSet): JobResult {
    const retryCount = Math.max(0, end.attempt - 1);
    const duration = Math.max(0, (end.finishedAt ?? 0) - (end.startedAt ?? end.finishedAt ?? 0));
    if (end.state === 'completed') {
      return JobResult.success(codecs.decode(end.codec, end.result, end, 'result'), duration, retryCount);
    }
    return JobResult.failure(end.error ?? cancellation(end.cancelReason), retryCount, duration);
  }

  static fromJSON<T = unknown>({ success, data, error, retryCount, duration }: JobResultData): JobResult<T> {
    return new JobResult<T>(success, data as T | undefined, error, retryCount, duration);
  }

  toJSON(): JobResultData {
    return {
      success: this.isSuccess,
      ...(this.data === undefined ? {} : { data: this.data }),
      ...(this.error === undefined ? {} : { error: this.error }),
      retryCount: this.retryCount,
      duration: this.duration,
    };
  }
}

function cancellation(reason = 'cancelled'): ErrorRecord {
  return reason === DEPENDENCY_FAILED
    ? { name: 'DependencyFailedError', message: reason, code: 'TASKS_DEPENDENCY_FAILED' }
    : { name: 'TaskCancelledError', message: reason, code: 'TASKS_CANCELLED' };
}

function isErrorRecord(error: unknown): error is ErrorRecord {
  if (typeof error !== 'object' || error === null || isInstance(error, Error)) return false;
  try {
    const { name, message } = error as Partial<Record<keyof ErrorRecord, unknown>>;
    return typeof name === 'string' && typeof message === 'string';
  } catch {
    return false; // A getter of what was thrown may throw in turn.
  }
}

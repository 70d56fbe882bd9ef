import type { ErrorCode } from '../contract/index.js';
import { ERROR_CATALOGUE } from './catalogue.js';

export interface TaskErrorOptions {
  readonly cause?: unknown;
  /** Replaces the catalogue's remedy where a more exact one is known. */
  readonly remedy?: string;
}

/**
 * Every error of the project is one: a code, what happened, and what to do (`remedy`).
 *
 * @example
 * try {
 *   await emails.send.delay({ to });
 * } catch (error) {
 *   if (error instanceof TaskError && error.code === 'TASKS_QUEUE_FULL') return retryLater();
 *   throw error;
 * }
 */
export class TaskError extends Error {
  readonly code: ErrorCode;
  /** What to do about it. */
  readonly remedy: string;

  constructor(code: ErrorCode, message?: string, options: TaskErrorOptions = {}) {
    const entry = ERROR_CATALOGUE[code];
    super(message ?? entry.what, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = entry.name;
    this.code = code;
    this.remedy = options.remedy ?? entry.remedy;
  }
}

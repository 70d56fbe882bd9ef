import type { ClaimedJob, Outcome } from '../contract/index.js';
import {
  PayloadMismatchError,
  RetryLaterError,
  TaskCancelledError,
  TasksClosedError,
  toErrorRecord,
  UnrecoverableError,
} from '../errors/index.js';
import { backoffDelay, readDuration } from './backoff.js';
import type { RetryRules } from './ports.js';

/**
 * What becomes of a job whose run was interrupted.
 *
 * Cancelled: `cancelled`. Shut down: `released`, the attempt given back. A timeout is answered like an error.
 */
export function outcomeOfInterruption(
  interruption: Error,
  job: ClaimedJob,
  rules: RetryRules,
  now: number,
): Outcome {
  if (interruption instanceof TaskCancelledError) return { kind: 'cancelled', reason: interruption.reason };
  if (interruption instanceof TasksClosedError) return { kind: 'released', countAttempt: false };
  return outcomeOfError(interruption, job, rules, now);
}

/**
 * Decides what becomes of a job whose handler threw: a closed choice of outcomes.
 *
 * - `TaskCancelledError` of this very job: `cancelled`; of another that the handler waited for, it is an error like any
 * - `UnrecoverableError`, `PayloadMismatchError`: `failed`
 * - `RetryLaterError`: `retry` after its delay, while attempts are left or it does not count one
 * - anything else: `retry` after the backoff, while attempts are left and `shouldRetry` agrees; else `failed`
 *
 * @param now for the error record, epoch milliseconds
 */
export function outcomeOfError(error: unknown, job: ClaimedJob, rules: RetryRules, now: number): Outcome {
  if (error instanceof TaskCancelledError && error.jobId === job.id) {
    return { kind: 'cancelled', reason: error.reason };
  }
  const record = toErrorRecord(error, now);
  const failed: Outcome = { kind: 'failed', error: record };
  const attemptsLeft = job.attempt <= job.maxRetries;

  if (error instanceof RetryLaterError) {
    const delay = readDuration(error.delay, rules.delay);
    if (!error.countAttempt) return { kind: 'retry', in: delay, error: record, countAttempt: false };
    return attemptsLeft ? { kind: 'retry', in: delay, error: record } : failed;
  }
  if (isFinal(error) || !attemptsLeft || !wantsRetry(rules, error, job.attempt)) {
    return failed;
  }
  return { kind: 'retry', in: backoff(job.attempt, error, rules), error: record };
}

/** The handler says that another run cannot help, or the payload would be the same in it. */
function isFinal(error: unknown): boolean {
  return error instanceof UnrecoverableError || error instanceof PayloadMismatchError;
}

/** A predicate that throws says nothing against another run. */
function wantsRetry(rules: RetryRules, error: unknown, attempt: number): boolean {
  try {
    return rules.shouldRetry?.(error, attempt) ?? true;
  } catch {
    return true;
  }
}

/** A custom backoff that throws must not lose the job. */
function backoff(attempt: number, error: unknown, rules: RetryRules): number {
  try {
    return backoffDelay(attempt, error, rules);
  } catch {
    return Math.min(rules.maxDelay, rules.delay);
  }
}

import type { ClaimedJob, Outcome } from '../contract/index.js';
import {
  RetryLaterError,
  TaskCancelledError,
  TaskCodecError,
  TaskNotFoundError,
  TasksClosedError,
  toErrorRecord,
  UnrecoverableError,
} from '../errors/index.js';
import { backoffDelay, readDuration } from './backoff.js';
import type { RetryRules } from './ports.js';

/**
 * Decides what becomes of a job whose run ended with an error: a closed choice of outcomes.
 *
 * - cancelled: `cancelled`; shut down: `released`, the attempt given back
 * - `UnrecoverableError`, no handler, an undecodable payload: `failed`
 * - `RetryLaterError`: `retry` after its delay, while attempts are left or it does not count one
 * - anything else: `retry` after the backoff, while attempts are left and `shouldRetry` agrees; else `failed`
 *
 * @param now for the error record, epoch milliseconds
 */
export function outcomeOfError(error: unknown, job: ClaimedJob, rules: RetryRules, now: number): Outcome {
  if (error instanceof TaskCancelledError) return { kind: 'cancelled', reason: error.reason };
  if (error instanceof TasksClosedError) return { kind: 'released', countAttempt: false };

  const record = toErrorRecord(error, now);
  const failed: Outcome = { kind: 'failed', error: record };
  const attemptsLeft = job.attempt <= job.maxRetries;

  if (error instanceof RetryLaterError) {
    const delay = readDuration(error.delay, rules.delay);
    if (!error.countAttempt) return { kind: 'retry', in: delay, error: record, countAttempt: false };
    return attemptsLeft ? { kind: 'retry', in: delay, error: record } : failed;
  }
  if (isFinal(error) || !attemptsLeft || !wantsRetry(rules, error, job.attempt)) return failed;
  return { kind: 'retry', in: backoff(job.attempt, error, rules), error: record };
}

function isFinal(error: unknown): boolean {
  return (
    error instanceof UnrecoverableError ||
    error instanceof TaskNotFoundError ||
    error instanceof TaskCodecError
  );
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
    return rules.delay;
  }
}

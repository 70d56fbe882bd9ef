import {
  type AttemptFailure,
  type ErrorRecord,
  FAILURE_STACK_LENGTH,
  FAILURES_KEPT,
} from '../../contract/index.js';
import type { JobRun } from './job-run.js';
import { rarelyOf } from './job-rarities.js';

/** Notes that a run failed or lost its lease. The latest error stands in `error` whole. */
export function noteFailure({ entry, attempt, claim }: JobRun, error: ErrorRecord, now: number): void {
  const rare = rarelyOf(entry);
  const at = entry.queue.epoch + now;
  const failure: AttemptFailure = { attempt, at, worker: claim.worker, error: withShortStack(error) };
  rare.failures ??= [];
  rare.failures.push(failure);
  if (rare.failures.length > FAILURES_KEPT) rare.failures.shift();
}

function withShortStack(error: ErrorRecord): ErrorRecord {
  const { stack } = error;
  if (stack === undefined || stack.length <= FAILURE_STACK_LENGTH) return error;
  return { ...error, stack: stack.slice(0, FAILURE_STACK_LENGTH) };
}

import { JOB_STATES, type JobQuery, type JobState, type JobStatus } from '../contract/index.js';
import { didYouMean } from '../config/index.js';
import { InvalidOptionError } from '../errors/index.js';

const ORDERS = ['newest', 'oldest'] as const satisfies readonly JobQuery['order'][];

/** @throws InvalidOptionError for what is no status, nor a list of them */
export function statesOf(status: JobStatus | readonly JobStatus[], path = 'status'): readonly JobState[] {
  const states: readonly JobState[] = typeof status === 'string' ? [status] : status;
  if (!Array.isArray(states)) {
    throw new InvalidOptionError([
      { path, message: `must be a status or a list of them: ${JOB_STATES.join(', ')}` },
    ]);
  }
  for (const state of states as readonly JobState[]) {
    if (!JOB_STATES.includes(state)) {
      const message = `"${String(state)}" is not a status.${didYouMean(String(state), JOB_STATES)}`;
      throw new InvalidOptionError([{ path, message }]);
    }
  }
  return states as readonly JobState[];
}

/**
 * A filter that means nothing must not pass for one that finds nothing.
 * @throws InvalidOptionError
 */
export function assertFilters({
  name,
  before,
  olderThan,
  order,
  limit,
  cursor,
}: Omit<JobQuery, 'queue'>): void {
  assertLimit(limit);
  const refuse = (path: string, message: string) => new InvalidOptionError([{ path, message }]);
  // Any text: a foreign publisher calls its tasks what it likes.
  if (name !== undefined && typeof name !== 'string') throw refuse('name', 'must be the name of a task');
  if (before !== undefined && !Number.isFinite(before)) {
    throw refuse('before', 'must be a moment in epoch milliseconds');
  }
  if (olderThan !== undefined && !(Number.isFinite(olderThan) && olderThan >= 0)) {
    throw refuse('olderThan', 'must be a number of milliseconds, 0 or more');
  }
  if (order !== undefined && !ORDERS.includes(order)) {
    throw refuse('order', `must be one of ${ORDERS.join(', ')}.${didYouMean(String(order), ORDERS)}`);
  }
  if (cursor !== undefined && typeof cursor !== 'string') {
    throw refuse('cursor', 'must come from the page before');
  }
}

/** @throws InvalidOptionError unless a page can have this many entries */
export function assertLimit(limit: number | undefined): void {
  if (limit === undefined || (Number.isInteger(limit) && limit >= 1 && limit <= 1_000)) return;
  throw new InvalidOptionError([{ path: 'limit', message: 'must be a whole number, 1 to 1000' }]);
}

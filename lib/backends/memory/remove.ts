import type { JobState } from '../../contract/index.js';
import { resolveDependents } from './dependency-graph.js';
import type { JobEntry } from './job-entry.js';
import type { MemoryQueue } from './memory-queue.js';
import { isFinishedCode, RUNNING, stateCode } from './state-code.js';

/** Forgets a job that is not running, without a tombstone. @returns whether it was there and is gone now. */
export function removeJob(entry: JobEntry | undefined, now: number): boolean {
  if (entry === undefined || entry.state === RUNNING) return false;
  const { queue } = entry;
  if (isFinishedCode(entry.state)) queue.unshelve(entry);
  else queue.withdraw(entry, now);
  queue.idempotency.free(entry);
  queue.unique.free(entry);
  queue.forget(entry);
  resolveDependents(entry, now);
  return true;
}

/** Removes every job in these states. @returns how many. */
export function clearQueue(queue: MemoryQueue, states: readonly JobState[], now: number): number {
  const codes = new Set(states.map(stateCode));
  // Removing one may cancel others; only what has such a state now is meant.
  const doomed = [...queue.jobs.values()].filter((entry) => codes.has(entry.state));
  return doomed.filter((entry) => queue.jobs.has(entry) && removeJob(entry, now)).length;
}

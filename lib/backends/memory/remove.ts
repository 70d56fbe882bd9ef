import type { JobState } from '../../contract/index.js';
import { resolveDependents } from './dependency-graph.js';
import type { JobEntry } from './job-entry.js';
import { jobsIn } from './jobs-in.js';
import { kinOf, releaseHeld } from './kin.js';
import type { MemoryQueue } from './memory-queue.js';
import { isFinishedCode, RUNNING } from './state-code.js';

/** Forgets a job that is not running, without a tombstone. @returns whether it was there and is gone now. */
export function removeJob(entry: JobEntry | undefined, now: number): boolean {
  if (entry === undefined || entry.state === RUNNING) return false;
  const { queue } = entry;
  if (isFinishedCode(entry.state)) queue.unshelve(entry);
  else queue.withdraw(entry, now);
  queue.idempotency.free(entry);
  queue.unique.free(entry);
  const kin = kinOf(entry);
  queue.forget(entry);
  resolveDependents(entry, now);
  releaseHeld(kin, now);
  return true;
}

/** Removes every job in these states. @returns how many. */
export function clearQueue(queue: MemoryQueue, states: readonly JobState[], now: number): number {
  // Removing one may cancel others: only what has such a state before the first is removed is meant.
  const doomed = [...jobsIn(queue, states)];
  return doomed.filter((entry) => queue.jobs.has(entry) && removeJob(entry, now)).length;
}

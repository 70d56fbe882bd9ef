import type { JobState } from '../../contract/index.js';
import type { JobEntry } from './job-entry.js';
import type { MemoryQueue } from './memory-queue.js';
import { isFinishedCode, stateCode } from './state-code.js';

/** The jobs of a queue in these states (default: all). Finished ones alone are found without passing those that wait. */
export function* jobsIn(queue: MemoryQueue, states?: readonly JobState[]): IterableIterator<JobEntry> {
  const wanted = states && new Set(states.map(stateCode));
  const isFinishedOnly = wanted !== undefined && [...wanted].every(isFinishedCode);
  for (const entry of isFinishedOnly ? queue.finished.values() : queue.jobs.values()) {
    if (wanted === undefined || wanted.has(entry.state)) yield entry;
  }
}

import { type Counts, JOB_STATES, type QueueStatus } from '../../contract/index.js';
import type { MemoryQueue } from './memory-queue.js';

/** One queue at a glance; one that nobody has named is empty. */
export function inspectQueue(queue: MemoryQueue | undefined): QueueStatus {
  const counts = Object.fromEntries(
    JOB_STATES.map((state, code) => [state, queue?.count(code) ?? 0]),
  ) as Counts;
  const since = queue?.ready.since() ?? Infinity;
  return {
    counts,
    isPaused: queue?.isPaused ?? false,
    readySince: queue === undefined || since === Infinity ? undefined : queue.epoch + since,
  };
}

import type { JobEntry } from './job-entry.js';
import { CANCELLED, type StateCode } from './state-code.js';

/** Moves a job that lies in no container any more to the finished, and frees its keys and its key's slot. */
export function end(entry: JobEntry, state: StateCode, now: number): void {
  const { queue, rare } = entry;
  if (rare !== undefined) {
    rare.awaits = undefined;
    if (state === CANCELLED) {
      queue.idempotency.free(entry);
      queue.unique.free(entry);
    } else {
      rare.cancelReason = undefined;
      queue.unique.finished(entry);
    }
    queue.freeSlot(entry, now);
  }
  queue.shelve(entry, state, now);
}

import type { CancelVerdict } from '../../contract/index.js';
import { finishCancelled } from './finish.js';
import type { JobEntry } from './job-entry.js';
import { rarelyOf } from './job-rarities.js';
import { CANCELLED, isFinishedCode, RUNNING } from './state-code.js';

/** Cancels a job that waits; asks for it where the job runs. The first reason stays. */
export function cancelJob(entry: JobEntry | undefined, reason: string, now: number): CancelVerdict {
  if (entry === undefined) return 'unknown';
  if (entry.state === CANCELLED) return 'cancelled';
  if (isFinishedCode(entry.state)) return 'finished';
  if (entry.state === RUNNING) {
    const rare = rarelyOf(entry);
    rare.cancelReason ??= reason;
    return 'requested';
  }
  entry.queue.withdraw(entry, now);
  finishCancelled(entry, reason, now);
  return 'cancelled';
}

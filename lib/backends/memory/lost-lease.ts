import type { ErrorRecord } from '../../contract/index.js';
import { ERROR_CATALOGUE } from '../../errors/index.js';
import { noteFailure } from './failures.js';
import { finish, finishCancelled } from './finish.js';
import type { JobEntry } from './job-entry.js';
import type { JobRun } from './job-run.js';
import { rarelyOf } from './job-rarities.js';
import { FAILED, RETRYING } from './state-code.js';

const LONGEST_BACKOFF = 60_000;

/** Takes a running job from a worker that has not been heard of for the length of its lease. */
export function loseLease(entry: JobEntry, now: number): void {
  const { queue } = entry;
  const run = entry.run as JobRun;
  queue.endLease(entry);
  run.fence++;
  run.stalls++;
  noteFailure(run, lostLeaseError(entry.id, queue.epoch + now), now);
  const { maxStalled } = entry.kind;
  const cancelReason = entry.rare?.cancelReason;
  if (cancelReason !== undefined) {
    finishCancelled(entry, cancelReason, now);
    queue.ended.note(entry);
  } else if (maxStalled > 0 && run.stalls >= maxStalled) {
    failStalled(entry, run.stalls, now);
  } else if (run.stalls === 1 && (!run.isLastAttempt || maxStalled > 0)) {
    queue.requeue(entry, now);
  } else if (!run.isLastAttempt) {
    queue.freeSlot(entry, now);
    queue.defer(entry, RETRYING, now + Math.min(LONGEST_BACKOFF, 1_000 * 2 ** (run.stalls - 1)));
  } else {
    failStalled(entry, run.stalls, now);
  }
}

function failStalled(entry: JobEntry, stalls: number, now: number): void {
  rarelyOf(entry).error = stalledError(entry.id, stalls, entry.queue.epoch + now);
  finish(entry, FAILED, now);
  entry.queue.ended.note(entry);
}

function stalledError(id: string, stalls: number, now: number): ErrorRecord {
  const code = 'TASKS_STALLED';
  const message = `Job "${id}" lost its lease too often (${stalls} times).`;
  return { name: ERROR_CATALOGUE[code].name, message, code, at: now };
}

function lostLeaseError(id: string, now: number): ErrorRecord {
  const code = 'TASKS_LEASE_LOST';
  return { name: ERROR_CATALOGUE[code].name, message: `Job "${id}" lost its lease.`, code, at: now };
}

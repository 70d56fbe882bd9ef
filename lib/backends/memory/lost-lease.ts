import type { ErrorRecord } from '../../contract/index.js';
import { ERROR_CATALOGUE } from '../../errors/index.js';
import { finish, finishCancelled } from './finish.js';
import type { JobEntry } from './job-entry.js';
import { rarelyOf } from './job-rarities.js';
import { FAILED, RETRYING } from './state-code.js';

const LONGEST_BACKOFF = 60_000;

/** Takes a running job from a worker that has not been heard of for the length of its lease. */
export function loseLease(entry: JobEntry, now: number): void {
  const { queue } = entry;
  queue.endLease(entry);
  entry.fence++;
  entry.stalls++;
  const { maxStalled } = entry.kind;
  const cancelReason = entry.rare?.cancelReason;
  if (cancelReason !== undefined) {
    finishCancelled(entry, cancelReason, now);
  } else if (maxStalled > 0 && entry.stalls >= maxStalled) {
    failStalled(entry, now);
  } else if (entry.stalls === 1 && (entry.attemptsLeft || maxStalled > 0)) {
    queue.requeue(entry);
  } else if (entry.attemptsLeft) {
    queue.freeSlot(entry, now);
    queue.defer(entry, RETRYING, now + Math.min(LONGEST_BACKOFF, 1_000 * 2 ** (entry.stalls - 1)));
  } else {
    failStalled(entry, now);
  }
}

function failStalled(entry: JobEntry, now: number): void {
  rarelyOf(entry).error = stalledError(entry, now);
  finish(entry, FAILED, now);
}

function stalledError(entry: JobEntry, now: number): ErrorRecord {
  const code = 'TASKS_STALLED';
  const message = `Job "${entry.id}" lost its lease too often (${entry.stalls} times).`;
  return { name: ERROR_CATALOGUE[code].name, message, code, at: now };
}

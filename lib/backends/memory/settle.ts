import type { Outcome, Receipt, Settlement, Verdict } from '../../contract/index.js';
import { addJobs } from './enqueue.js';
import { finish, finishCancelled } from './finish.js';
import { type JobEntry, JobReceipt } from './job-entry.js';
import { rarelyOf } from './job-rarities.js';
import type { MemoryStore } from './memory-store.js';
import { ownPayload } from './own-payload.js';
import { doOverdue } from './overdue.js';
import { COMPLETED, FAILED, RETRYING, RUNNING, SCHEDULED, WAITING } from './state-code.js';

type RetryOutcome = Extract<Outcome, { kind: 'retry' }>;
type ReleasedOutcome = Extract<Outcome, { kind: 'released' }>;

/** Applies a verdict about a job in hand, if the job still is. */
export function settle(store: MemoryStore, settlement: Settlement, now: number): Verdict {
  const receipt = settlement.receipt as unknown;
  if (!(receipt instanceof JobReceipt)) return 'unknown';
  const verdict = holdOf(receipt, now);
  if (verdict !== 'applied') return verdict;
  const { entry } = receipt;
  receipt.settled = true;
  if (settlement.progress !== undefined) rarelyOf(entry).progress = settlement.progress;
  entry.queue.endLease(entry);
  apply(entry, settlement.outcome, now);
  if (settlement.enqueue !== undefined) addJobs(store, settlement.enqueue, now, false);
  return 'applied';
}

/** Whether the receipt still holds its job (`applied`), and if not, why. */
export function holdOf(receipt: JobReceipt, now: number): Verdict {
  const { entry, fence } = receipt;
  const { queue } = entry;
  if (queue.quietUntil <= now) doOverdue(queue, now);
  if (entry.state === RUNNING && entry.fence === fence) return 'applied';
  if (!queue.has(entry)) return 'unknown';
  return receipt.settled ? 'already-applied' : 'stale';
}

/** What a receipt of ours stands for; anything else was made up. */
export function receiptOf(receipt: Receipt): JobReceipt | undefined {
  const ours = receipt as unknown;
  return ours instanceof JobReceipt ? ours : undefined;
}

function apply(entry: JobEntry, outcome: Outcome, now: number): void {
  switch (outcome.kind) {
    case 'completed':
      if (outcome.result !== undefined) rarelyOf(entry).result = ownPayload(outcome.result);
      return finish(entry, COMPLETED, now);
    case 'failed':
      rarelyOf(entry).error = outcome.error;
      return finish(entry, FAILED, now);
    case 'cancelled':
      return finishCancelled(entry, outcome.reason, now);
    case 'retry':
      return retry(entry, outcome, now);
    case 'released':
      return release(entry, outcome, now);
  }
}

function retry(entry: JobEntry, outcome: RetryOutcome, now: number): void {
  const rare = rarelyOf(entry);
  rare.error = outcome.error;
  if (outcome.countAttempt === false) entry.attempt--;
  if (rare.cancelReason !== undefined) return finishCancelled(entry, rare.cancelReason, now);
  entry.queue.freeSlot(entry, now);
  if (outcome.in > 0) entry.queue.defer(entry, RETRYING, now + outcome.in);
  else entry.queue.admit(entry, now);
}

function release(entry: JobEntry, outcome: ReleasedOutcome, now: number): void {
  const { queue } = entry;
  const { checkpoint, awaits } = outcome;
  if (checkpoint !== undefined) rarelyOf(entry).checkpoint = ownPayload(checkpoint);
  if (!outcome.countAttempt) entry.attempt--;
  const cancelReason = entry.rare?.cancelReason;
  if (cancelReason !== undefined) return finishCancelled(entry, cancelReason, now);
  if (outcome.in === undefined && awaits === undefined) return queue.putBack(entry);
  queue.freeSlot(entry, now);
  const dueAt = now + (outcome.in ?? Infinity);
  if (dueAt <= now || (awaits !== undefined && entry.rare?.signals?.use(awaits) === true)) {
    return queue.admit(entry, now);
  }
  if (awaits !== undefined) rarelyOf(entry).awaits = awaits;
  if (dueAt === Infinity) queue.wait(entry);
  else queue.defer(entry, awaits === undefined ? SCHEDULED : WAITING, dueAt);
}

import type { EnqueueVerdict, Outcome, Settlement, Verdict } from '../../contract/index.js';
import { atLeast } from './at-least.js';
import { addJobs } from './enqueue.js';
import { noteFailure } from './failures.js';
import { finish, finishCancelled } from './finish.js';
import { holdOf, runOf } from './hold.js';
import type { JobEntry } from './job-entry.js';
import { rarelyOf } from './job-rarities.js';
import type { JobRun } from './job-run.js';
import type { MemoryStore } from './memory-store.js';
import { ownPayload } from './own-payload.js';
import { COMPLETED, FAILED, RETRYING, SCHEDULED, WAITING } from './state-code.js';

type RetryOutcome = Extract<Outcome, { kind: 'retry' }>;
type ReleasedOutcome = Extract<Outcome, { kind: 'released' }>;

/** Applies a verdict about a job in hand, if the job still is. @param onEnqueued is told what became of the jobs that it brings */
export function settle(
  store: MemoryStore,
  settlement: Settlement,
  now: number,
  onEnqueued: (verdicts: readonly EnqueueVerdict[]) => void,
): Verdict {
  const run = runOf(settlement.receipt);
  const verdict = holdOf(run, now);
  if (run === undefined || verdict !== 'applied') return verdict;
  const { entry } = run;
  run.settled = true;
  if (settlement.progress !== undefined) rarelyOf(entry).progress = settlement.progress;
  entry.queue.endLease(entry);
  apply(run, settlement.outcome, now);
  if (settlement.enqueue !== undefined) onEnqueued(addJobs(store, settlement.enqueue, now, false));
  return 'applied';
}

function apply(run: JobRun, outcome: Outcome, now: number): void {
  const { entry } = run;
  switch (outcome.kind) {
    case 'completed':
      if (outcome.result !== undefined) rarelyOf(entry).result = ownPayload(outcome.result);
      return finish(entry, COMPLETED, now);
    case 'failed':
      rarelyOf(entry).error = outcome.error;
      noteFailure(run, outcome.error, now);
      return finish(entry, FAILED, now);
    case 'cancelled':
      return finishCancelled(entry, outcome.reason, now);
    case 'retry':
      return retry(run, outcome, now);
    case 'released':
      return release(run, outcome, now);
  }
}

function retry(run: JobRun, outcome: RetryOutcome, now: number): void {
  const { entry } = run;
  const rare = rarelyOf(entry);
  rare.error = outcome.error;
  noteFailure(run, outcome.error, now);
  if (outcome.countAttempt === false) run.attempt--;
  if (rare.cancelReason !== undefined) return cancelInstead(entry, rare.cancelReason, now);
  entry.queue.freeSlot(entry, now);
  if (outcome.in > 0) entry.queue.defer(entry, RETRYING, now + outcome.in);
  else entry.queue.admit(entry, now);
}

/** Whoever settled it believes that it will run again: that it has ended, somebody must be told. */
function cancelInstead(entry: JobEntry, reason: string, now: number): void {
  finishCancelled(entry, reason, now);
  entry.queue.ended.note(entry);
}

function release(run: JobRun, outcome: ReleasedOutcome, now: number): void {
  const { entry } = run;
  const { queue } = entry;
  const { checkpoint, awaits } = outcome;
  if (checkpoint !== undefined) rarelyOf(entry).checkpoint = ownPayload(checkpoint);
  if (!outcome.countAttempt) run.attempt--;
  const cancelReason = entry.rare?.cancelReason;
  if (cancelReason !== undefined) return cancelInstead(entry, cancelReason, now);
  if (outcome.in === undefined && awaits === undefined) return queue.putBack(entry, now);
  queue.freeSlot(entry, now);
  const dueAt = now + atLeast(0, outcome.in ?? Infinity);
  if (dueAt <= now || (awaits !== undefined && entry.rare?.signals?.use(awaits) === true)) {
    return queue.admit(entry, now);
  }
  if (awaits !== undefined) rarelyOf(entry).awaits = awaits;
  if (dueAt === Infinity) queue.wait(entry);
  else queue.defer(entry, awaits === undefined ? SCHEDULED : WAITING, dueAt);
}

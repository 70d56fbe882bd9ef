import type { RunNote, Verdict } from '../../contract/index.js';
import type { QueueParts } from './queue-parts.js';
import { packPayload } from './packed-payload.js';
import { packProgress } from './rare-part.js';
import { receiptOf } from './redis-receipt.js';
import { VERDICTS } from './settle-batch.js';

/** Writes what running jobs say of themselves. */
export async function recordNotes(
  { caller, scripts, keys }: QueueParts,
  notes: readonly RunNote[],
): Promise<Verdict[]> {
  const ours = notes.flatMap(({ receipt, ...note }) => {
    const run = receiptOf(receipt);
    return run === undefined ? [] : [{ run, ...note }];
  });
  if (ours.length === 0) return notes.map(() => 'unknown');
  const args = ours.flatMap(({ run, progress, checkpoint }) => [
    keys.onServer(run.queue),
    run.id,
    run.token,
    progress === undefined ? '' : packProgress(progress),
    checkpoint === undefined ? '' : packPayload(checkpoint),
  ]);
  const letters = String(
    await caller.run(
      scripts.record,
      ours.map(({ run }) => run.queue),
      args,
    ),
  );
  let next = 0;
  return notes.map(({ receipt }) => {
    const run = receiptOf(receipt);
    if (run === undefined) return 'unknown';
    const verdict = VERDICTS[letters[next++] as string] ?? 'unknown';
    return verdict === 'stale' && run.isSettled ? 'already-applied' : verdict;
  });
}

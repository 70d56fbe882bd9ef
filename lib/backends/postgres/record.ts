import type { RunNote, Verdict } from '../../contract/index.js';
import { receiptOf, verdictOn } from './postgres-receipt.js';
import { toProgressText } from './progress-text.js';
import type { QueueParts } from './queue-parts.js';
import { named } from './settlement-json.js';

/** Writes what running jobs say of themselves. */
export async function recordNotes(
  { calls, names, statements }: QueueParts,
  notes: readonly RunNote[],
): Promise<Verdict[]> {
  const ours = notes.flatMap(({ receipt, ...note }) => {
    const run = receiptOf(receipt);
    return run === undefined ? [] : [{ ...note, run }];
  });
  let letters = '';
  if (ours.length > 0) {
    const given = ours.map(({ run, progress, checkpoint }) => ({
      name: names.inStore(run.queue),
      queue: run.queueId,
      id: run.id,
      fence: run.fence,
      ...(progress !== undefined && { progress: toProgressText(progress) }),
      ...named('checkpoint', checkpoint),
    }));
    const queues = ours.map(({ run }) => run.queue);
    ({ letters } = await calls.row<{ letters: string }>(statements.record, queues, [JSON.stringify(given)]));
  }
  let next = 0;
  return notes.map(({ receipt }) => {
    const run = receiptOf(receipt);
    return run === undefined ? 'unknown' : verdictOn(run, letters[next++]);
  });
}

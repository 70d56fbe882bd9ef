import type { RunNote, Verdict } from '../../contract/index.js';
import { byQueue } from './by-queue.js';
import { packPayload } from './packed-payload.js';
import type { QueueParts } from './queue-parts.js';
import { packProgress } from './rare-part.js';
import { receiptOf, type RedisReceipt } from './redis-receipt.js';
import { verdictOn } from './verdicts.js';

interface OwnNote extends Omit<RunNote, 'receipt'> {
  readonly queue: string;
  readonly run: RedisReceipt;
}

/** Writes what running jobs say of themselves. */
export async function recordNotes(parts: QueueParts, notes: readonly RunNote[]): Promise<Verdict[]> {
  const ours = notes.flatMap(({ receipt, ...note }): OwnNote[] => {
    const run = receiptOf(receipt);
    return run === undefined ? [] : [{ ...note, run, queue: run.queue }];
  });
  const letters = await byQueue(parts.isCluster, ours, (some) => recordAll(parts, some));
  let next = 0;
  return notes.map(({ receipt }) => {
    const run = receiptOf(receipt);
    return run === undefined ? 'unknown' : verdictOn(run, letters[next++]);
  });
}

async function recordAll(
  { caller, scripts, keys }: QueueParts,
  notes: readonly OwnNote[],
): Promise<string[]> {
  const queues = notes.map(({ queue }) => queue);
  const words = notes.flatMap(({ queue, run, progress, checkpoint }) => [
    keys.onServer(queue),
    run.id,
    run.token,
    progress === undefined ? '' : packProgress(progress),
    checkpoint === undefined ? '' : packPayload(checkpoint),
  ]);
  return String(await caller.run(scripts.record, queues, words)).split('');
}

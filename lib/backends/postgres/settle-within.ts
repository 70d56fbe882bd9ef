import type { RefusedSpawn, Settlement, Transaction, Verdict } from '../../contract/index.js';
import type { QueueParts } from './queue-parts.js';
import { SettleBatch } from './settle-batch.js';

interface WithinAnswer {
  readonly verdicts: string;
  readonly refused: readonly (readonly [number, number, string])[];
}

/**
 * Settles in a transaction of the caller's. When one of the jobs is no longer held, the transaction is ended: what was written beside it is not
 * committed, whatever the caller makes of the verdict.
 */
export async function settleWithin(
  { calls, names, statements, trimmer }: QueueParts,
  settle: readonly Settlement[],
  tx: Transaction,
): Promise<{ verdicts: readonly Verdict[]; refused: readonly RefusedSpawn[] | undefined }> {
  const batch = new SettleBatch(settle, names, 'within');
  const { queues, queueIds, rest } = batch;
  for (const queue of queueIds) trimmer.settledOn(queue);
  const answer = await calls.row<WithinAnswer>(statements.settleWithin, queues, [rest], tx);
  const verdicts = batch.read({ verdicts: answer.verdicts });
  if (verdicts.some((verdict) => verdict === 'stale' || verdict === 'unknown')) {
    await calls.rows(statements.refuseCommit, [], [], tx).catch(() => undefined);
  }
  return { verdicts, refused: batch.refused({ refused: answer.refused }) };
}

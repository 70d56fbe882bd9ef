import type { Ms, Receipt } from '../../contract/index.js';
import { receiptOf } from './postgres-receipt.js';
import type { QueueParts } from './queue-parts.js';

/** Lengthens the leases that are still held, from now. */
export async function extendLeases(
  { calls, names, statements }: QueueParts,
  receipts: readonly Receipt[],
  lease: Ms,
): Promise<{ lost: Receipt[]; cancelled: Receipt[] }> {
  const ours = receipts.map(receiptOf);
  const runs = ours.filter((receipt) => receipt !== undefined);
  let letters = '';
  if (runs.length > 0) {
    const queues = [...new Set(runs.map(({ queue }) => queue))];
    const values = [
      queues.map((queue) => names.inStore(queue)),
      runs.map(({ queueId }) => queueId),
      runs.map(({ id }) => id),
      runs.map(({ fence }) => fence),
      lease,
    ];
    ({ letters } = await calls.row<{ letters: string }>(statements.extend, queues, values));
  }
  let next = 0;
  const answers = ours.map((receipt) => (receipt === undefined ? 'l' : letters[next++]));
  const said = (letter: string) => receipts.filter((_, place) => answers[place] === letter);
  return { lost: said('l'), cancelled: said('x') };
}

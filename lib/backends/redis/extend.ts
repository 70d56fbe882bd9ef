import type { Ms, Receipt } from '../../contract/index.js';
import type { QueueParts } from './queue-parts.js';
import { receiptOf, type RedisReceipt } from './redis-receipt.js';

/** Lengthens the leases that are still held, from now. */
export async function extendLeases(
  { caller, scripts, keys }: QueueParts,
  receipts: readonly Receipt[],
  lease: Ms,
): Promise<{ lost: Receipt[]; cancelled: Receipt[] }> {
  const ours = receipts.map(receiptOf);
  const held = ours.filter((receipt) => receipt !== undefined);
  const letters = held.length === 0 ? '' : await ask(held);
  let next = 0;
  const answers = ours.map((receipt) => (receipt === undefined ? 'l' : letters[next++]));
  const said = (letter: string) => receipts.filter((_, place) => answers[place] === letter);
  return { lost: said('l'), cancelled: said('x') };

  async function ask(runs: readonly RedisReceipt[]): Promise<string> {
    const args = [
      Math.ceil(lease),
      ...runs.flatMap(({ queue, id, token }) => [keys.onServer(queue), id, token]),
    ];
    return String(
      await caller.run(
        scripts.extend,
        runs.map(({ queue }) => queue),
        args,
      ),
    );
  }
}

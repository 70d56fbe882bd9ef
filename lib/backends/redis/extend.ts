import type { Ms, Receipt } from '../../contract/index.js';
import { byQueue } from './by-queue.js';
import type { QueueParts } from './queue-parts.js';
import { receiptOf, type RedisReceipt } from './redis-receipt.js';

/** Lengthens the leases that are still held, from now. */
export async function extendLeases(
  parts: QueueParts,
  receipts: readonly Receipt[],
  lease: Ms,
): Promise<{ lost: Receipt[]; cancelled: Receipt[] }> {
  const ours = receipts.map(receiptOf);
  const runs = ours.filter((receipt) => receipt !== undefined);
  const letters = await byQueue(parts.isCluster, runs, (some) => extendAll(parts, some, lease));
  let next = 0;
  const answers = ours.map((receipt) => (receipt === undefined ? 'l' : letters[next++]));
  const said = (letter: string) => receipts.filter((_, place) => answers[place] === letter);
  return { lost: said('l'), cancelled: said('x') };
}

async function extendAll(
  { caller, scripts, keys }: QueueParts,
  runs: readonly RedisReceipt[],
  lease: Ms,
): Promise<string[]> {
  const queues = runs.map(({ queue }) => queue);
  const words = runs.flatMap(({ queue, id, token }) => [keys.onServer(queue), id, token]);
  return String(await caller.run(scripts.extend, queues, [Math.ceil(lease), ...words])).split('');
}

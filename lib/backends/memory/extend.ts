import type { Receipt } from '../../contract/index.js';
import { holdOf, runOf } from './hold.js';

/** Lengthens the leases that are still held, from now. */
export function extendLeases(
  receipts: readonly Receipt[],
  lease: number,
  now: number,
): { lost: Receipt[]; cancelled: Receipt[] } {
  const lost: Receipt[] = [];
  const cancelled: Receipt[] = [];
  for (const receipt of receipts) {
    const run = runOf(receipt);
    if (run === undefined || holdOf(run, now) !== 'applied') {
      lost.push(receipt);
      continue;
    }
    run.entry.queue.extendLease(run.entry, now + lease);
    if (run.entry.rare?.cancelReason !== undefined) cancelled.push(receipt);
  }
  return { lost, cancelled };
}

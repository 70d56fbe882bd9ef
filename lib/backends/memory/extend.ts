import type { Receipt } from '../../contract/index.js';
import { holdOf, receiptOf } from './settle.js';

/** Lengthens the leases that are still held, from now. */
export function extendLeases(
  receipts: readonly Receipt[],
  lease: number,
  now: number,
): { lost: Receipt[]; cancelled: Receipt[] } {
  const lost: Receipt[] = [];
  const cancelled: Receipt[] = [];
  for (const receipt of receipts) {
    const ours = receiptOf(receipt);
    if (ours === undefined || holdOf(ours, now) !== 'applied') {
      lost.push(receipt);
      continue;
    }
    ours.entry.queue.extendLease(ours.entry, now + lease);
    if (ours.entry.rare?.cancelReason !== undefined) cancelled.push(receipt);
  }
  return { lost, cancelled };
}

import type { Checkpoint, Progress, Receipt, Verdict } from '../../contract/index.js';
import { rarelyOf } from './job-rarities.js';
import { ownPayload } from './own-payload.js';
import { holdOf, receiptOf } from './settle.js';

/** Writes what a running job says of itself, if the receipt still holds it. */
export function recordOf(
  receipt: Receipt,
  patch: { readonly progress?: Progress | undefined; readonly checkpoint?: Checkpoint | undefined },
  now: number,
): Verdict {
  const ours = receiptOf(receipt);
  if (ours === undefined) return 'unknown';
  const verdict = holdOf(ours, now);
  if (verdict !== 'applied') return verdict;
  const rare = rarelyOf(ours.entry);
  if (patch.progress !== undefined) rare.progress = patch.progress;
  if (patch.checkpoint !== undefined) rare.checkpoint = ownPayload(patch.checkpoint);
  return 'applied';
}

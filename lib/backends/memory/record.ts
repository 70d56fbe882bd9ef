import type { Checkpoint, Progress, Receipt, Verdict } from '../../contract/index.js';
import { rarelyOf } from './job-rarities.js';
import { ownPayload } from './own-payload.js';
import { holdOf, runOf } from './hold.js';

/** Writes what a running job says of itself, if the receipt still holds it. */
export function recordOf(
  receipt: Receipt,
  patch: { readonly progress?: Progress | undefined; readonly checkpoint?: Checkpoint | undefined },
  now: number,
): Verdict {
  const run = runOf(receipt);
  const verdict = holdOf(run, now);
  if (run === undefined || verdict !== 'applied') return verdict;
  const rare = rarelyOf(run.entry);
  if (patch.progress !== undefined) rare.progress = patch.progress;
  if (patch.checkpoint !== undefined) rare.checkpoint = ownPayload(patch.checkpoint);
  return 'applied';
}

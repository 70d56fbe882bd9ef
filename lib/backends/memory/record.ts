import type { RunNote, Verdict } from '../../contract/index.js';
import { rarelyOf } from './job-rarities.js';
import { ownPayload } from './own-payload.js';
import { holdOf, runOf } from './hold.js';

/** Writes what a running job says of itself, if the receipt still holds it. */
export function recordNote({ receipt, progress, checkpoint }: RunNote, now: number): Verdict {
  const run = runOf(receipt);
  const verdict = holdOf(run, now);
  if (run === undefined || verdict !== 'applied') return verdict;
  const rare = rarelyOf(run.entry);
  if (progress !== undefined) rare.progress = progress;
  if (checkpoint !== undefined) rare.checkpoint = ownPayload(checkpoint);
  return 'applied';
}

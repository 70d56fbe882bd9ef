import type { SchedulePlan } from '../contract/index.js';
import type { FleetState } from './fleet-ledger.js';
import { slotTtl, type Timing } from './timing.js';

/** Why slots fire nothing. */
export type LeftOut = 'missed' | 'expired';

export interface NextSlot {
  /** Undefined: the schedule will not fire again. */
  readonly slot: number | undefined;
  /** Why slots between were left out, if any were; the latest of them. */
  readonly leftOut?: { readonly reason: LeftOut; readonly slot: number } | undefined;
}

/**
 * The first slot to fire after `done`, for a leader that takes over.
 *
 * Slots that fell due while a process lived all fire. Those of the gap follow `catchUp`. One that a killed leader may have fired is
 * fired again as long as its key is kept, which gives the same job; a older one is left out, since it might be a second firing.
 */
export function nextSlot(
  { catchUp }: Pick<SchedulePlan, 'catchUp'>,
  timing: Timing,
  done: number,
  fleet: Pick<FleetState, 'upTo' | 'gap'>,
  now: number,
): NextSlot {
  let slot = timing.after(done);
  let leftOut: NextSlot['leftOut'];
  const { gap, upTo } = fleet;
  if (slot !== undefined && gap !== undefined && slot > gap.from && slot <= gap.to) {
    const first = firstCaughtUp(catchUp, timing, gap);
    const from = first === undefined ? timing.after(gap.to) : Math.max(first, slot);
    if (from !== slot) leftOut = { reason: 'missed', slot: timing.before(from ?? gap.to + 1) ?? slot };
    slot = from;
  }
  if (slot !== undefined && slot <= upTo && slot < now - slotTtl(timing, slot)) {
    const ambiguous = Math.min(upTo, now - slotTtl(timing, slot));
    leftOut = { reason: 'expired', slot: timing.before(ambiguous + 1) ?? slot };
    return { ...nextSlot({ catchUp }, timing, ambiguous, fleet, now), leftOut };
  }
  return { slot, leftOut };
}

/** The first of a gap's slots that fires; undefined: none. */
function firstCaughtUp(
  catchUp: SchedulePlan['catchUp'],
  timing: Timing,
  gap: { readonly from: number; readonly to: number },
): number | undefined {
  let left = catchUp === 'skip' ? 0 : catchUp === 'last' ? 1 : catchUp.max;
  let first: number | undefined;
  for (let at = timing.before(gap.to + 1); left > 0 && at !== undefined && at > gap.from; left--) {
    first = at;
    at = timing.before(at);
  }
  return first;
}

import type { SchedulePlan } from '../contract/index.js';
import type { CronShelf } from './cron/cron-shelf.js';
import { ZonedPattern } from './cron/zoned-pattern.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The slots of a schedule, in epoch milliseconds. */
export interface Timing {
  /** The first after a moment. */
  after(moment: number): number | undefined;
  /** The last before a moment. */
  before(moment: number): number | undefined;
}

export function timingOf({ cron, every, at, timezone }: SchedulePlan, shelf: CronShelf): Timing {
  if (cron !== undefined) {
    // The pattern is looked up at each call: the shelf keeps those in use.
    const zone = shelf.zone(timezone ?? 'UTC');
    const matches = () => new ZonedPattern(shelf.pattern(cron), zone);
    return { after: (moment) => matches().after(moment), before: (moment) => matches().before(moment) };
  }
  if (every !== undefined) {
    return {
      after: (moment) => (Math.floor(moment / every) + 1) * every,
      before: (moment) => (Math.ceil(moment / every) - 1) * every,
    };
  }
  const once = at ?? 0;
  return {
    after: (moment) => (once > moment ? once : undefined),
    before: (moment) => (once < moment ? once : undefined),
  };
}

/**
 * How long the key of a slot is kept: twenty-four times the way to the next, at least an hour and at most a week. Until then a slot that
 * a killed leader may have fired can be fired again, and gives the same job; afterwards it is left alone.
 */
export function slotTtl(timing: Timing, slot: number): number {
  const next = timing.after(slot);
  const interval = next === undefined ? 7 * DAY : next - slot;
  return Math.min(7 * DAY, Math.max(HOUR, 24 * interval));
}

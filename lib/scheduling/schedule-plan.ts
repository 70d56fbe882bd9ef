import type { SchedulePlan } from '../contract/index.js';

/** What says when it fires. */
export const TIMING_KEYS = [
  'cron',
  'every',
  'at',
  'timezone',
] as const satisfies readonly (keyof SchedulePlan)[];

/** Plain data alike, whatever the order of its keys. */
export const sameData = (one: unknown, other: unknown): boolean => canonical(one) === canonical(other);

export const sameTiming = (one: SchedulePlan, other: SchedulePlan): boolean =>
  TIMING_KEYS.every((key) => one[key] === other[key]);

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? ''
  );
}

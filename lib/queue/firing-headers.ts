import type { ScheduleFiring } from '../contract/index.js';

/** Where a job carries the expression of the schedule that it came from. */
export const CRON_HEADER = 'cron';
/** And its name, the slot (epoch milliseconds), and how late it was (milliseconds), if it was. */
const SCHEDULE_HEADER = 'schedule';
const SLOT_HEADER = 'schedule-slot';
const LATENESS_HEADER = 'schedule-lateness';

/** Headers that callers cannot set. */
export const RESERVED_HEADERS: readonly string[] = [
  CRON_HEADER,
  SCHEDULE_HEADER,
  SLOT_HEADER,
  LATENESS_HEADER,
];

/** A firing is late when it is enqueued more than this after its slot, in milliseconds. */
export const LATE_AFTER = 1_000;

type Headers = Readonly<Record<string, string>>;

/** What a job is marked with, so that its handler and whoever looks at it can tell where it came from. */
export function firingHeaders(
  schedule: string,
  slot: number,
  lateness: number,
  cron: string | undefined,
): Headers {
  return {
    ...(cron === undefined ? {} : { [CRON_HEADER]: cron }),
    [SCHEDULE_HEADER]: schedule,
    [SLOT_HEADER]: String(slot),
    ...(lateness > LATE_AFTER ? { [LATENESS_HEADER]: String(Math.round(lateness)) } : {}),
  };
}

/**
 * The firing that a job came from: `firingOf(ctx)` in its handler.
 * @returns undefined for a job that no schedule has enqueued
 *
 * @example
 * const firing = firingOf(ctx);
 * if (firing?.isLate) this.logger.warn(`for ${firing.slot.toISOString()}, ${firing.lateness} ms late`);
 */
export function firingOf({
  headers,
}: {
  readonly headers?: Headers | undefined;
}): ScheduleFiring | undefined {
  const { [SCHEDULE_HEADER]: schedule, [SLOT_HEADER]: slot, [LATENESS_HEADER]: lateness } = headers ?? {};
  if (schedule === undefined || slot === undefined) return undefined;
  return {
    schedule,
    slot: new Date(Number(slot)),
    isLate: lateness !== undefined,
    lateness: Number(lateness ?? 0),
  };
}

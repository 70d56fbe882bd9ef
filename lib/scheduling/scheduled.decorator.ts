import type { Duration, ScheduledOptions, TaskContext } from '../contract/index.js';
import {
  assertMethod,
  describeMember,
  markMethod,
  type ScheduleMetadata,
  SCHEDULE_METADATA,
} from '../decorators/index.js';
import { assertKnownKeys } from '../config/index.js';
import { CronPattern } from './cron/cron-pattern.js';
import { readSchedule } from './read-schedule.js';

/** An interval or a single moment, in the place of a cron expression. */
export type ScheduledTiming = string | { readonly every: Duration } | { readonly at: Date };

/** A method that a schedule can call: what it gets is the schedule's `payload`. */
export type ScheduledMethod = (payload: never, ctx: TaskContext) => unknown;

/**
 * Enqueues a call of a method of a provider or controller by the clock: once for each slot in the whole fleet, whatever process fires it
 * and whichever runs it. The method is a task like any other (its own `@Task()` may stand beside), with retries, timeout and dead letters;
 * it gets `payload`, and the {@link TaskContext}; `firingOf(ctx)` tells the slot. Several on one method need a `name` each.
 *
 * @param timing Five or six fields of cron, `{ every }` of at least 1 s, or `{ at }`, a moment.
 * @param options Name, zone, what a call of it is enqueued with, and what happens to firings that overlap or were missed.
 * @throws InvalidScheduleError for an expression that is invalid or never fires, an unknown zone, an interval below 1 s, an invalid date;
 * InvalidOptionError for an option that does not exist; TaskRegistrationError on a static method, an accessor or a symbol
 *
 * @example
 * @Scheduled('0 9 * * 1-5', { name: 'daily-report', timezone: 'Europe/Madrid', overlap: 'skip' })
 * async dailyReport(_payload: undefined, ctx: TaskContext): Promise<void> {
 *   await this.reports.send(firingOf(ctx)?.slot, { signal: ctx.signal });
 * }
 */
export function Scheduled(timing: ScheduledTiming, options: ScheduledOptions = {}) {
  return <M extends ScheduledMethod>(
    target: object,
    property: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    assertMethod('@Scheduled()', target, property, descriptor);
    const timed = timingOf(timing);
    assertKnownKeys(timed, ['cron', 'every', 'at'], describeMember(target, property));
    // Refused here, where a reader of the stack finds the decorator; zone and queue of the app are not known yet.
    readSchedule(
      { ...options, ...timed, name: options.name ?? property },
      { timezone: 'UTC', store: () => undefined },
    );
    const earlier = (Reflect.getOwnMetadata(SCHEDULE_METADATA, target, property) ??
      []) as readonly ScheduleMetadata[];
    const metadata: ScheduleMetadata = { timing: timed, options };
    markMethod(SCHEDULE_METADATA, [metadata, ...earlier], target, property, descriptor.value as M);
  };
}

function timingOf(timing: ScheduledTiming): ScheduleMetadata['timing'] {
  if (typeof timing === 'object' && timing !== null) return timing;
  return { cron: CronPattern.parse(timing).text };
}

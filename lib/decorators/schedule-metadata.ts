import type { ScheduledOptions, ScheduleTiming, TaskOptions } from '../contract/index.js';

/** What `@Scheduled()` leaves on a method, once for each use. */
export interface ScheduleMetadata {
  readonly timing: ScheduleTiming;
  readonly options: ScheduledOptions;
}

/** The task that a method with schedules is, where it has no `@Task()` of its own. */
export function taskOfSchedules(schedules: readonly ScheduleMetadata[]): TaskOptions | undefined {
  const [only, ...more] = schedules;
  if (only === undefined) return undefined;
  if (more.length > 0) return {};
  const { name, queue, priority, maxRetries, timeout } = only.options;
  return { name, queue, priority, maxRetries, timeout };
}

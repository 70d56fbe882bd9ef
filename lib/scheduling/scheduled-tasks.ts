import type { StoredSchedule } from '../contract/index.js';
import { planOf } from './schedule-record.js';

/** A schedule that fires, by what it enqueues. */
export interface ScheduledTask {
  readonly schedule: string;
  readonly task: string;
  /** Undefined: what the task says. */
  readonly queue?: string | undefined;
}

/** What the enabled ones among stored schedules enqueue. */
export const scheduledTasks = (stored: readonly StoredSchedule[]): ScheduledTask[] =>
  stored
    .map(({ record }) => ({ schedule: record.name, plan: planOf(record) }))
    .filter(({ plan }) => plan.enabled)
    .map(({ schedule, plan: { task, queue } }) => ({ schedule, task, queue }));

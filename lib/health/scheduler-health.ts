import type { Ms } from '../contract/index.js';
import type { SchedulerStatus } from '../scheduling/index.js';
import type { PartHealth, SchedulerHealth } from './task-health.js';

export interface WatchedScheduler {
  readonly status: () => SchedulerStatus;
  /** Of who leads: a process is in touch with the store three times in it. */
  readonly lease: Ms;
  /** Whether other processes see the same schedules: one that is alone has nobody to be in touch with. */
  readonly isShared: boolean;
}

/**
 * Whether this process does its part in firing the schedules of the fleet. Never `down`: another one fires them, and what this one serves does not wait for
 * a schedule. @param now by the clock of this process
 */
export function schedulerHealth(scheduler: WatchedScheduler, now: number): SchedulerHealth {
  const status = scheduler.status();
  const { running, leading, schedules, nextAt, lastBeatAt } = status;
  return {
    ...judge(status, scheduler, now),
    running,
    leading,
    schedules,
    ...(nextAt === undefined ? {} : { nextAt: nextAt.toISOString() }),
    ...(lastBeatAt === undefined ? {} : { lastBeatAt: lastBeatAt.toISOString() }),
  };
}

function judge(
  { running, overdue, lastBeatAt, trouble }: SchedulerStatus,
  { lease, isShared }: WatchedScheduler,
  now: number,
): PartHealth {
  if (!running) return degraded('it does not run: another process has to fire the schedules');
  if (trouble !== undefined) return degraded('it cannot settle with the store who leads');
  const silent = lastBeatAt === undefined ? 0 : now - lastBeatAt.getTime();
  if (isShared && silent > 2 * lease)
    return degraded(`it was not in touch with the store for ${Math.round(silent / 1_000)} s`);
  if (overdue > 2 * lease) return degraded(`what was due ${Math.round(overdue / 1_000)} s ago has not fired`);
  return { status: 'up', reasons: [] };
}

const degraded = (reason: string): PartHealth => ({ status: 'degraded', reasons: [reason] });

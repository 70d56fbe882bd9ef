import type { SchedulerStore, StateBackend, StoredSchedule } from '../../contract/index.js';
import { type ScheduledTask, scheduledTasks, StateSchedulerStore } from '../../scheduling/index.js';
import type { Finding } from './finding.js';

/** How long the right to fire is held while it is tried. */
const HELD_FOR = 1_000;
/** Names that a message shows. */
const SHOWN = 5;

export interface ScheduleQuestions {
  readonly group: string;
  /** Default: the state itself. */
  readonly store?: SchedulerStore | undefined;
  /** Sentences about those whose jobs nobody of the app could run. */
  readonly judge: (firing: readonly ScheduledTask[]) => readonly string[];
}

/** Whether anybody fires the schedules that are stored, and runs what they enqueue. */
export async function lookAtSchedules(
  state: StateBackend,
  { group, store = new StateSchedulerStore(state, group), judge }: ScheduleQuestions,
): Promise<Finding[]> {
  const stored = await store.list();
  const unserved = judge(scheduledTasks(stored)).map((message): Finding => ({
    subject: 'schedules',
    code: 'schedule-without-task',
    severity: 'warning',
    message,
    remedy:
      'Give it the name of a task that there is (`TaskScheduler.unschedule()` and `schedule()`), bring the handler back, or switch it off: `nest-tasks schedules disable`.',
  }));
  return [...unserved, ...(await firedByNobody(state, group, stored))];
}

/** Who fires holds a lease, which nobody else gets. */
async function firedByNobody(
  state: StateBackend,
  group: string,
  stored: readonly StoredSchedule[],
): Promise<Finding[]> {
  if (stored.length === 0) return [];
  const lease = await state.acquire(`schedules:${group}`, `nest-tasks-doctor-${process.pid}`, HELD_FOR);
  if (lease === null) return [];
  await state.release(lease);
  const names = stored.map(({ record }) => record.name);
  const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : '';
  return [
    {
      subject: 'schedules',
      code: 'no-scheduler',
      severity: 'error',
      message: `no process fires them: ${names.slice(0, SHOWN).join(', ')}${more}.`,
      remedy:
        'Start a process of the app, or `nest-tasks worker start`; where some run, see that `scheduler.enabled` is not false in all of them, and that they reach this backend.',
    },
  ];
}

import type { StateBackend } from '../../contract/index.js';
import { StateSchedulerStore } from '../../scheduling/index.js';
import type { Finding } from './finding.js';

/** How long the right to fire is held while it is tried. */
const HELD_FOR = 1_000;

/** Whether anybody fires the schedules that are stored: who does holds a lease, which nobody else gets. */
export async function lookAtSchedules(state: StateBackend, group: string): Promise<Finding[]> {
  const stored = await new StateSchedulerStore(state, group).list();
  if (stored.length === 0) return [];
  const lease = await state.acquire(`schedules:${group}`, `nest-tasks-doctor-${process.pid}`, HELD_FOR);
  if (lease === null) return [];
  await state.release(lease);
  const names = stored.map(({ record }) => record.name);
  return [
    {
      subject: 'schedules',
      code: 'no-scheduler',
      severity: 'error',
      message: `no process fires them: ${names.slice(0, 5).join(', ')}${names.length > 5 ? `, and ${names.length - 5} more` : ''}.`,
      remedy:
        'Start a process of the app, or `nest-tasks worker start`; where some run, see that `scheduler.enabled` is not false in all of them, and that they reach this backend.',
    },
  ];
}

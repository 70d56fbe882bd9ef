import { DEFAULT_QUEUE, didYouMean, type ResolvedOptions, runsJobs } from '../config/index.js';
import type { ScheduledTask } from '../scheduling/index.js';

/**
 * Of each schedule whose jobs this process would take and has no handler for, a sentence. One that gives such jobs back may leave them to another
 * process: there a name that is nearly right is worth a word.
 *
 * @param known Names of the tasks that this process has handlers for.
 */
export function unservedSchedules(
  schedules: readonly ScheduledTask[],
  known: readonly string[],
  options: Pick<ResolvedOptions, 'enabled' | 'role' | 'worker'>,
): string[] {
  const { queues, unknownTask } = options.worker;
  if (!runsJobs(options)) return [];
  return schedules
    .filter(({ queue = DEFAULT_QUEUE }) => queues?.includes(queue) ?? true)
    .filter(({ task }) => !known.includes(task))
    .map(({ schedule, task }) => ({ schedule, task, nearest: didYouMean(task, known) }))
    .filter(({ nearest }) => unknownTask === 'fail' || nearest !== '')
    .map(
      ({ schedule, task, nearest }) =>
        `Schedule "${schedule}" enqueues the task "${task}", which no handler of this process has.${nearest}`,
    );
}

import type { QueueBackend } from '../../contract/index.js';
import type { Finding } from './finding.js';

/** Jobs of each queue that are looked at. */
const SAMPLE = 100;

/** Ready jobs of tasks that the app has no handler for: its workers would make dead letters of them. */
export async function lookAtTasks(
  backend: QueueBackend,
  queues: readonly string[],
  known: readonly string[],
): Promise<Finding[]> {
  const found = await Promise.all(
    queues.map(async (queue) => {
      const { items } = await backend.find({ queue, states: ['pending'], order: 'oldest', limit: SAMPLE });
      const unknown = new Set(items.map(({ name }) => name).filter((name) => !known.includes(name)));
      return [...unknown].map((name): Finding => ({
        subject: `queue ${queue}`,
        code: 'unknown-task',
        severity: 'warning',
        message: `it holds jobs of the task "${name}", which this app has no handler for.`,
        remedy:
          'Where another app serves them, keep its queue out of `worker.queues` here, or set `worker.unknownTask` to release; else bring the handler back before a worker makes dead letters of them.',
      }));
    }),
  );
  return found.flat();
}

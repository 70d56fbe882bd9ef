import type { JobState, QueueBackend } from '../../contract/index.js';
import type { Finding } from './finding.js';

/** Jobs of each queue, in each of these states, that are looked at. */
const SAMPLE = 200;
const AHEAD: readonly JobState[] = ['pending', 'scheduled', 'waiting', 'retrying'];
/** Names that a message shows. */
const SHOWN = 10;

/** Jobs of tasks that the app has no handler for: its workers would make dead letters of them. */
export async function lookAtTasks(
  backend: QueueBackend,
  queues: readonly string[],
  known: readonly string[],
): Promise<Finding[]> {
  const found = await Promise.all(
    queues.map(async (queue) => {
      const pages = await Promise.all(
        AHEAD.map((state) => backend.find({ queue, states: [state], order: 'oldest', limit: SAMPLE })),
      );
      const names = new Set(pages.flatMap(({ items }) => items.map(({ name }) => name)));
      const unknown = [...names].filter((name) => !known.includes(name));
      return unknown.length === 0 ? [] : [findingOf(queue, unknown)];
    }),
  );
  return found.flat();
}

function findingOf(queue: string, unknown: readonly string[]): Finding {
  const shown = unknown.slice(0, SHOWN).map((name) => `"${name}"`);
  const more = unknown.length > SHOWN ? `, and ${unknown.length - SHOWN} more` : '';
  return {
    subject: `queue ${queue}`,
    code: 'unknown-task',
    severity: 'warning',
    message: `it holds jobs of ${unknown.length === 1 ? 'the task' : 'the tasks'} ${shown.join(', ')}${more}, which this app has no handler for.`,
    remedy:
      'Where another app serves them, keep its queue out of `worker.queues` here, or set `worker.unknownTask` to release; else bring the handler back before a worker makes dead letters of them.',
  };
}

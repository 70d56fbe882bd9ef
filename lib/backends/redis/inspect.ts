import { type Counts, JOB_STATES, type QueueStatus } from '../../contract/index.js';
import type { QueueParts } from './queue-parts.js';

/** Queues at a glance; one that nobody has named is empty. */
export async function inspectQueues(
  { caller, scripts, keys }: QueueParts,
  queues: readonly string[],
): Promise<QueueStatus[]> {
  if (queues.length === 0) return [];
  const args = queues.map((queue) => keys.onServer(queue));
  const statuses = (await caller.run(scripts.inspect, queues, args)) as (Buffer | number)[][];
  return statuses.map((status) => {
    const counts = Object.fromEntries(
      JOB_STATES.map((state, place) => [state, Number(status[place])]),
    ) as Counts;
    const [isPaused, readySince] = status.slice(JOB_STATES.length).map(String);
    return {
      counts,
      isPaused: isPaused === '1',
      readySince: readySince === '' ? undefined : Number(readySince),
    };
  });
}

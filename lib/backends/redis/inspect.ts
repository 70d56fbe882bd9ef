import { type Counts, JOB_STATES, type QueueStatus } from '../../contract/index.js';
import { byQueue } from './by-queue.js';
import type { QueueParts } from './queue-parts.js';

type PackedStatus = readonly (Buffer | number)[];

/** Queues at a glance; one that nobody has named is empty. */
export async function inspectQueues(
  { caller, scripts, keys, isCluster }: QueueParts,
  queues: readonly string[],
): Promise<QueueStatus[]> {
  const named = queues.map((queue) => ({ queue }));
  const statuses = await byQueue(isCluster, named, async (some) => {
    const names = some.map(({ queue }) => queue);
    const args = names.map((queue) => keys.onServer(queue));
    return (await caller.run(scripts.inspect, names, args)) as PackedStatus[];
  });
  return statuses.map(readStatus);
}

function readStatus(status: PackedStatus): QueueStatus {
  const counts = Object.fromEntries(
    JOB_STATES.map((state, place) => [state, Number(status[place])]),
  ) as Counts;
  const [isPaused, readySince] = status.slice(JOB_STATES.length).map(String);
  return {
    counts,
    isPaused: isPaused === '1',
    readySince: readySince === '' ? undefined : Number(readySince),
  };
}

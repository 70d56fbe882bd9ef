import type { JobState } from '../../contract/index.js';
import type { QueueParts } from './queue-parts.js';

/** Removed by one call of the script: it holds up the server for as long as it runs. */
const AT_ONCE = 500;

const CONTAINERS: Readonly<Record<JobState, readonly string[]>> = {
  pending: ['ready', 'parked', 'external'],
  scheduled: ['scheduled'],
  waiting: ['waiting'],
  running: [],
  retrying: ['retrying'],
  completed: ['completed', 'completed:held'],
  failed: ['failed', 'failed:held'],
  cancelled: ['cancelled', 'cancelled:held'],
};

/** Removes every job in these states. @returns how many */
export async function clearQueue(
  { caller, scripts, keys }: QueueParts,
  queue: string,
  states: readonly JobState[],
): Promise<number> {
  const words = states.flatMap((state) => CONTAINERS[state]);
  if (words.length === 0) return 0;
  let removed = 0;
  for (;;) {
    const count = Number(await caller.run(scripts.clear, [queue], [keys.onServer(queue), AT_ONCE, ...words]));
    removed += count;
    if (count === 0) return removed;
  }
}

import type { JobState } from '../../contract/index.js';
import type { QueueParts } from './queue-parts.js';
import { codesOf } from './state-codes.js';

/** Removed by one statement: it locks them all, and what they touch. */
const AT_ONCE = 1_000;

/** Removes every job in these states but those that run. @returns how many */
export async function clearQueue(
  { calls, names, statements }: QueueParts,
  queue: string,
  states: readonly JobState[],
): Promise<number> {
  const codes = states.filter((state) => state !== 'running').flatMap(codesOf);
  if (codes.length === 0) return 0;
  const values = [names.inStore(queue), codes, AT_ONCE];
  let removed = 0;
  for (;;) {
    const { count } = await calls.row<{ count: number }>(statements.clear, [queue], values);
    removed += count;
    if (count === 0) return removed;
  }
}

import type { EndedJob, Recovery } from '../../contract/index.js';
import { endedJobs, type EndingJson } from './ended-job.js';
import type { QueueParts } from './queue-parts.js';

/** Finished jobs that one statement drops of a queue: it locks them, and its transaction keeps dead rows of others from being swept. */
const DROPPED_AT_ONCE = 1_000;

interface RecoverRow {
  readonly recovered: number;
  readonly next_in: string | null;
  readonly ended: readonly EndingJson[] | null;
  readonly has_more: boolean;
}

/** Does what is overdue on queues, in as many steps as what is to be dropped needs. */
export async function recoverQueues(
  { calls, names, statements }: QueueParts,
  queues: readonly string[],
): Promise<Recovery> {
  if (queues.length === 0) return { recovered: 0 };
  const values = [queues.map((queue) => names.inStore(queue)), DROPPED_AT_ONCE];
  const ended: EndedJob[] = [];
  let recovered = 0;
  for (;;) {
    const row = await calls.row<RecoverRow>(statements.recover, queues, values);
    recovered += row.recovered;
    ended.push(...(endedJobs(row.ended, names) ?? []));
    if (row.has_more) continue;
    return {
      recovered,
      nextInMs: row.next_in === null ? undefined : Number(row.next_in),
      ended: ended.length === 0 ? undefined : ended,
    };
  }
}

import { type Counts, JOB_STATES, type QueueStatus } from '../../contract/index.js';
import type { QueueParts } from './queue-parts.js';

interface StatusRow {
  readonly n: string;
  readonly counts: readonly string[];
  readonly is_paused: boolean;
  readonly ready_since: string | null;
}

/** Queues at a glance; one that nobody has named is empty. */
export async function inspectQueues(
  { calls, names, statements }: QueueParts,
  queues: readonly string[],
): Promise<QueueStatus[]> {
  if (queues.length === 0) return [];
  const values = [queues.map((queue) => names.inStore(queue))];
  const rows = await calls.rows<StatusRow>(statements.inspect, queues, values);
  const found = new Map(rows.map((row) => [Number(row.n), row]));
  return queues.map((_, place) => statusOf(found.get(place + 1)));
}

function statusOf(row: StatusRow | undefined): QueueStatus {
  const counts = Object.fromEntries(
    JOB_STATES.map((state, place) => [state, Number(row?.counts[place] ?? 0)]),
  ) as Counts;
  const since = row?.ready_since ?? null;
  return {
    counts,
    isPaused: row?.is_paused ?? false,
    readySince: since === null ? undefined : Number(since),
  };
}

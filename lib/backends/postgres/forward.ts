import type { Forward, ForwardRequest } from '../../contract/index.js';
import { jobRecord, type RecordRow } from './job-records.js';
import { toText } from './job-text.js';
import type { QueueParts } from './queue-parts.js';

type ForwardRow = RecordRow & { readonly next_in: string | null };

/** Takes note of what was published, then hands out external jobs that are ready and that nobody has published. */
export async function forwardJobs(
  { calls, names, statements }: QueueParts,
  { confirm = [], take = [], lease }: ForwardRequest,
): Promise<Forward> {
  const queues = [...confirm, ...take].map(({ queue }) => queue);
  const values = [
    JSON.stringify(
      confirm.map(({ queue, id, fence }) => ({ queue: names.inStore(queue), id: toText(id), fence })),
    ),
    JSON.stringify(take.map(({ queue, limit }) => ({ queue: names.inStore(queue), limit }))),
    lease,
  ];
  const rows = await calls.rows<ForwardRow>(statements.forward, queues, values);
  const next = rows.pop()?.next_in ?? null;
  return {
    jobs: rows.map((row) => jobRecord(row, names)),
    nextInMs: next === null ? undefined : Number(next),
  };
}

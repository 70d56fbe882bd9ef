import type { Forward, ForwardRequest } from '../../contract/index.js';
import type { QueueParts } from './queue-parts.js';
import type { JobRecords, PackedRecord } from './job-records.js';
import { packId } from './packed-id.js';

type Reply = readonly [jobs: readonly (readonly [queue: Buffer, record: PackedRecord])[], nextIn: Buffer];

/** Takes note of what was published, then hands out external jobs that are ready and that nobody has published. */
export async function forwardJobs(
  { caller, scripts, keys }: QueueParts,
  records: JobRecords,
  { confirm = [], take = [], lease }: ForwardRequest,
): Promise<Forward> {
  const queues = [...confirm, ...take].map(({ queue }) => queue);
  if (queues.length === 0) return { jobs: [] };
  const args = [
    Math.ceil(lease),
    confirm.length,
    ...confirm.flatMap(({ queue, id, fence }) => [keys.onServer(queue), packId(id), fence]),
    take.length,
    ...take.flatMap(({ queue, limit }) => [keys.onServer(queue), limit]),
  ];
  const [jobs, nextIn] = (await caller.run(scripts.forward, queues, args)) as Reply;
  return {
    jobs: jobs.flatMap(([queue, record]) => records.read(keys.here(queue.toString()), record) ?? []),
    nextInMs: nextIn.length === 0 ? undefined : Number(nextIn.toString()),
  };
}

import type { Forward, Forwarded, ForwardRequest, ForwardTake } from '../../contract/index.js';
import { byQueue, earliest } from './by-queue.js';
import type { JobRecords, PackedRecord } from './job-records.js';
import { packId } from './packed-id.js';
import type { QueueParts } from './queue-parts.js';

type Reply = readonly [jobs: readonly (readonly [queue: Buffer, record: PackedRecord])[], nextIn: Buffer];

/** Takes note of what was published, then hands out external jobs that are ready and that nobody has published. */
export async function forwardJobs(
  parts: QueueParts,
  records: JobRecords,
  { confirm = [], take = [], lease }: ForwardRequest,
): Promise<Forward> {
  const said = [
    ...confirm.map((forwarded) => ({ queue: forwarded.queue, forwarded })),
    ...take.map((wanted) => ({ queue: wanted.queue, wanted })),
  ];
  const replies = await byQueue(parts.isCluster, said, async (some) => [
    await forwardAll(
      parts,
      records,
      some.flatMap((one) => ('forwarded' in one ? one.forwarded : [])),
      some.flatMap((one) => ('wanted' in one ? one.wanted : [])),
      Math.ceil(lease),
    ),
  ]);
  const all = replies.filter((reply) => reply !== undefined);
  return { jobs: all.flatMap(({ jobs }) => jobs), nextInMs: earliest(all.map(({ nextInMs }) => nextInMs)) };
}

async function forwardAll(
  { caller, scripts, keys }: QueueParts,
  records: JobRecords,
  confirm: readonly Forwarded[],
  take: readonly ForwardTake[],
  lease: number,
): Promise<Forward> {
  const args = [
    lease,
    confirm.length,
    ...confirm.flatMap(({ queue, id, fence }) => [keys.onServer(queue), packId(id), fence]),
    take.length,
    ...take.flatMap(({ queue, limit }) => [keys.onServer(queue), limit]),
  ];
  const queues = [...confirm, ...take].map(({ queue }) => queue);
  const [jobs, nextIn] = (await caller.run(scripts.forward, queues, args)) as Reply;
  return {
    jobs: jobs.flatMap(([queue, record]) => records.read(keys.here(queue.toString()), record) ?? []),
    nextInMs: nextIn.length === 0 ? undefined : Number(nextIn.toString()),
  };
}

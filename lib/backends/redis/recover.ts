import type { Recovery } from '../../contract/index.js';
import { endedJobs, type PackedEnding } from './ended-job.js';
import type { QueueParts } from './queue-parts.js';

type Reply = readonly [recovered: number, nextIn: Buffer, ended: readonly PackedEnding[]];

/** Does what is overdue on every queue. */
export async function recoverQueues(parts: QueueParts, queues: readonly string[]): Promise<Recovery> {
  if (queues.length === 0) return { recovered: 0 };
  const { caller, scripts, keys } = parts;
  const args = queues.map((queue) => keys.onServer(queue));
  const [recovered, nextIn, ended] = (await caller.run(scripts.recover, queues, args)) as Reply;
  return {
    recovered: Number(recovered),
    nextInMs: nextIn.length === 0 ? undefined : Number(nextIn.toString()),
    ended: endedJobs(parts, ended),
  };
}

import type { Recovery } from '../../contract/index.js';
import { byQueue, earliest } from './by-queue.js';
import { endedJobs, type PackedEnding } from './ended-job.js';
import type { QueueParts } from './queue-parts.js';

type Reply = readonly [recovered: number, nextIn: Buffer, ended: readonly PackedEnding[]];

/** Does what is overdue on every queue. */
export async function recoverQueues(parts: QueueParts, queues: readonly string[]): Promise<Recovery> {
  const named = queues.map((queue) => ({ queue }));
  const answers = await byQueue(parts.isCluster, named, async (some) => [await recoverAll(parts, some)]);
  const replies = answers.filter((reply) => reply !== undefined);
  return {
    recovered: replies.reduce((sum, { recovered }) => sum + recovered, 0),
    nextInMs: earliest(replies.map(({ nextInMs }) => nextInMs)),
    ended: replies.some(({ ended }) => ended !== undefined)
      ? replies.flatMap(({ ended = [] }) => ended)
      : undefined,
  };
}

async function recoverAll(
  parts: QueueParts,
  named: readonly { readonly queue: string }[],
): Promise<Recovery> {
  const { caller, scripts, keys } = parts;
  const queues = named.map(({ queue }) => queue);
  const args = queues.map((queue) => keys.onServer(queue));
  const [recovered, nextIn, ended] = (await caller.run(scripts.recover, queues, args)) as Reply;
  return {
    recovered: Number(recovered),
    nextInMs: nextIn.length === 0 ? undefined : Number(nextIn.toString()),
    ended: endedJobs(parts, ended),
  };
}

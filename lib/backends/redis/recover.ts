import type { Ms, Recovery } from '../../contract/index.js';
import { byQueue, earliest } from './by-queue.js';
import { endedJobs, type PackedEnding } from './ended-job.js';
import type { QueueParts } from './queue-parts.js';

type Reply = readonly [recovered: number, nextIn: Buffer, ended: readonly PackedEnding[]];

/** What could not be carried to another queue is tried again after this. */
const CARRIED_AGAIN: Ms = 1_000;

/** Does what is overdue on every queue, and on a cluster what somebody has left undone between two of them. */
export async function recoverQueues(parts: QueueParts, queues: readonly string[]): Promise<Recovery> {
  const named = queues.map((queue) => ({ queue }));
  const answers = await byQueue(parts.isCluster, named, async (some) => [await recoverAll(parts, some)]);
  const replies = answers.filter((reply) => reply !== undefined);
  const isCarried = await isAllCarried(parts, queues);
  return {
    recovered: replies.reduce((sum, { recovered }) => sum + recovered, 0),
    nextInMs: earliest([...replies.map(({ nextInMs }) => nextInMs), isCarried ? undefined : CARRIED_AGAIN]),
    ended: replies.some(({ ended }) => ended !== undefined)
      ? replies.flatMap(({ ended = [] }) => ended)
      : undefined,
  };
}

/** @returns whether nothing is left; what is left is no failure of the sweep */
async function isAllCarried({ remote, keys }: QueueParts, queues: readonly string[]): Promise<boolean> {
  await remote?.idle();
  return !queues.some((queue) => remote?.courier.isTroubled(keys.onServer(queue)));
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

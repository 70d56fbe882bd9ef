import type { Ms, Recovery } from '../../contract/index.js';
import { byQueue, earliest } from './by-queue.js';
import { endedJobs, type PackedEnding } from './ended-job.js';
import type { QueueParts } from './queue-parts.js';

type Reply = readonly [recovered: number, nextIn: Buffer, ended: readonly PackedEnding[]];

/** What could not be carried to another queue is tried again after this. */
const CARRIED_AGAIN: Ms = 1_000;

/** Looks for what has ended by what was carried: as deep as dependents hang on dependents from queue to queue, within reason. */
const LOOKS = 8;

/** Does what is overdue on every queue, and on a cluster what somebody has left undone between two of them. */
export async function recoverQueues(parts: QueueParts, queues: readonly string[]): Promise<Recovery> {
  const { remote } = parts;
  const replies: Recovery[] = [];
  let nextInMs: Ms | undefined;
  for (let look = 0; look < LOOKS; look++) {
    const before = remote?.courier.journeys;
    const some = await recoverEach(parts, queues);
    replies.push(...some);
    nextInMs = earliest(some.map((reply) => reply.nextInMs));
    await remote?.idle();
    // What was carried to a queue that had answered already may have ended jobs there.
    if (remote?.courier.journeys === before) break;
  }
  return {
    recovered: replies.reduce((sum, { recovered }) => sum + recovered, 0),
    nextInMs: earliest([nextInMs, isAllCarried(parts, queues) ? undefined : CARRIED_AGAIN]),
    ended: replies.some(({ ended }) => ended !== undefined)
      ? replies.flatMap(({ ended = [] }) => ended)
      : undefined,
  };
}

async function recoverEach(parts: QueueParts, queues: readonly string[]): Promise<Recovery[]> {
  const named = queues.map((queue) => ({ queue }));
  const replies = await byQueue(parts.isCluster, named, async (some) => [await recoverAll(parts, some)]);
  return replies.filter((reply) => reply !== undefined);
}

/** What is left is no failure of the sweep. */
function isAllCarried({ remote, keys }: QueueParts, queues: readonly string[]): boolean {
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

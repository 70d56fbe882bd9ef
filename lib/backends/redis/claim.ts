import type { Claim, ClaimRequest, Limited, Take } from '../../contract/index.js';
import { type ClaimedJobs, type TakenJobs } from './claimed-job.js';
import { endedJobs, type PackedEnding } from './ended-job.js';
import type { QueueParts } from './queue-parts.js';
import { packId } from './packed-id.js';
import { LONG_CALL, type RedisArgument } from './redis-session.js';
import { refusedSpawns } from './remote/refused-spawns.js';
import { SettleBatch } from './settle-batch.js';
import { padWorker } from './token.js';

type Reply = readonly [
  verdicts: readonly Buffer[],
  nextIn: Buffer,
  jobs: readonly TakenJobs[],
  limited: readonly (readonly [queue: Buffer, by: Buffer, retryIn: Buffer])[],
  ended: readonly PackedEnding[],
  refused: readonly (readonly [queue: number, settlement: number, place: number, parent: Buffer])[],
];

/** Settles, then takes, in one call of one script: on a cluster of one queue alone. */
export async function claimTogether(
  parts: QueueParts,
  claimed: ClaimedJobs,
  { worker, lease, take, max, settle = [] }: ClaimRequest,
): Promise<Claim> {
  const batch = new SettleBatch(settle);
  const queues = [...(parts.isCluster ? batch.settled : batch.queues), ...take.map(({ queue }) => queue)];
  const args: RedisArgument[] = [
    padWorker(worker),
    Math.ceil(lease),
    max ?? -1,
    ...batch.arguments(parts),
    take.length,
    ...take.flatMap((one) => takeWords(parts, one)),
  ];
  const [verdicts, nextIn, jobs, limited, ended, refused] = (await parts.caller.run(
    parts.scripts.claim,
    queues,
    args,
    settle.length >= LONG_CALL,
  )) as Reply;
  const settled = batch.read(verdicts);
  return {
    jobs: jobs.flatMap((taken) => claimed.read(taken)),
    verdicts: settled,
    nextInMs: nextIn.length === 0 ? undefined : Number(nextIn.toString()),
    limited: limited.length === 0 ? undefined : limited.map((one) => limitedOf(parts, one)),
    ended: endedJobs(parts, ended),
    refused: await refusedOf(parts, batch, refused),
  };
}

async function refusedOf(
  { remote, keys }: QueueParts,
  batch: SettleBatch,
  answers: Reply[5],
): Promise<Claim['refused']> {
  const refused = batch.refused(answers);
  const spawns = remote === undefined ? [] : batch.remote();
  if (remote === undefined || spawns.length === 0) return refused;
  const elsewhere = await refusedSpawns(remote, keys, spawns);
  return elsewhere.length === 0 ? refused : [...(refused ?? []), ...elsewhere];
}

function takeWords({ keys }: QueueParts, { queue, limit, ids }: Take): RedisArgument[] {
  if (ids === undefined) return [keys.onServer(queue), limit, -1];
  return [keys.onServer(queue), limit, ids.length, ...ids.map(packId)];
}

function limitedOf({ keys }: QueueParts, [queue, by, retryIn]: Reply[3][number]): Limited {
  const limited = { queue: keys.here(queue.toString()), by: by.toString() as Limited['by'] };
  return retryIn.length === 0 ? limited : { ...limited, retryInMs: Number(retryIn.toString()) };
}

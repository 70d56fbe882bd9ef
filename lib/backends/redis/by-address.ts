import type { CancelVerdict, JobRecord, JobRef, Ms, Payload, RetryVerdict } from '../../contract/index.js';
import { byQueue } from './by-queue.js';
import type { JobRecords, PackedRecord } from './job-records.js';
import { packId } from './packed-id.js';
import { packPayload } from './packed-payload.js';
import type { QueueParts } from './queue-parts.js';
import type { RedisArgument } from './redis-session.js';
import type { RedisScript } from './redis-script.js';

const CANCELS: Readonly<Record<string, CancelVerdict>> = {
  x: 'cancelled',
  r: 'requested',
  f: 'finished',
  u: 'unknown',
};
const RETRIES: Readonly<Record<string, RetryVerdict>> = { r: 'retried', n: 'not-dead', u: 'unknown' };

/** Runs a script that takes queue and id of jobs after its other words, and gives an answer for each. */
function ask<R>(
  { caller, keys, isCluster }: QueueParts,
  script: RedisScript,
  jobs: readonly JobRef[],
  words: readonly RedisArgument[],
  read: (reply: unknown) => readonly R[],
): Promise<R[]> {
  return byQueue(isCluster, jobs, async (some) => {
    const addresses = some.flatMap(({ queue, id }) => [keys.onServer(queue), packId(id)]);
    return read(
      await caller.run(
        script,
        some.map(({ queue }) => queue),
        [...words, ...addresses],
      ),
    );
  });
}

const letters = (reply: unknown): string[] => String(reply).split('');

export async function getJobs(
  parts: QueueParts,
  records: JobRecords,
  jobs: readonly JobRef[],
): Promise<(JobRecord | undefined)[]> {
  const found = await ask(parts, parts.scripts.get, jobs, [], (reply) => reply as PackedRecord[]);
  return found.map((packed, place) => records.read((jobs[place] as JobRef).queue, packed));
}

export async function cancelJobs(
  parts: QueueParts,
  jobs: readonly JobRef[],
  reason: string,
): Promise<CancelVerdict[]> {
  const answers = await ask(parts, parts.scripts.cancel, jobs, [reason], letters);
  return answers.map((letter) => CANCELS[letter] as CancelVerdict);
}

/** @returns how many were there and are gone now */
export async function removeJobs(parts: QueueParts, jobs: readonly JobRef[]): Promise<number> {
  const answers = await ask(parts, parts.scripts.remove, jobs, [], letters);
  return answers.filter((letter) => letter === 'r').length;
}

export async function retryDeadJobs(
  parts: QueueParts,
  jobs: readonly JobRef[],
  { payload, delay = 0 }: { readonly payload?: Payload | undefined; readonly delay?: Ms | undefined },
): Promise<RetryVerdict[]> {
  const words = [delay, payload === undefined ? '' : packPayload(payload)];
  const answers = await ask(parts, parts.scripts.retryDead, jobs, words, letters);
  return answers.map((letter) => RETRIES[letter] as RetryVerdict);
}

import type { CancelVerdict, JobRef, Ms, Payload, RetryVerdict } from '../../contract/index.js';
import type { QueueParts } from './queue-parts.js';
import { packId } from './packed-id.js';
import { packPayload } from './packed-payload.js';

const CANCELS: Readonly<Record<string, CancelVerdict>> = {
  x: 'cancelled',
  r: 'requested',
  f: 'finished',
  u: 'unknown',
};
const RETRIES: Readonly<Record<string, RetryVerdict>> = { r: 'retried', n: 'not-dead', u: 'unknown' };

/** Queue and id of each, as scripts take them. */
function addresses({ keys }: QueueParts, jobs: readonly JobRef[]): string[] {
  return jobs.flatMap(({ queue, id }) => [keys.onServer(queue), packId(id)]);
}

const queuesOf = (jobs: readonly JobRef[]): string[] => jobs.map(({ queue }) => queue);

export async function cancelJobs(
  parts: QueueParts,
  jobs: readonly JobRef[],
  reason: string,
): Promise<CancelVerdict[]> {
  if (jobs.length === 0) return [];
  const args = [reason, ...addresses(parts, jobs)];
  const letters = String(await parts.caller.run(parts.scripts.cancel, queuesOf(jobs), args));
  return letters.split('').map((letter) => CANCELS[letter] as CancelVerdict);
}

export async function removeJobs(parts: QueueParts, jobs: readonly JobRef[]): Promise<number> {
  if (jobs.length === 0) return 0;
  return Number(await parts.caller.run(parts.scripts.remove, queuesOf(jobs), addresses(parts, jobs)));
}

export async function retryDeadJobs(
  parts: QueueParts,
  jobs: readonly JobRef[],
  { payload, delay = 0 }: { readonly payload?: Payload | undefined; readonly delay?: Ms | undefined },
): Promise<RetryVerdict[]> {
  if (jobs.length === 0) return [];
  const args = [delay, payload === undefined ? '' : packPayload(payload), ...addresses(parts, jobs)];
  const letters = String(await parts.caller.run(parts.scripts.retryDead, queuesOf(jobs), args));
  return letters.split('').map((letter) => RETRIES[letter] as RetryVerdict);
}

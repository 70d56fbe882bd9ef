import type { Claim, NewJob } from '../../contract/index.js';
import { claimJobs, claimOf } from './claim.js';
import type { ClaimRow } from './claimed-job.js';
import type { Companion } from './companions.js';
import { toText } from './job-text.js';
import { plainValueDue } from './plain-jobs.js';
import type { QueueParts } from './queue-parts.js';

/**
 * Adds one plain job that is due; where nobody is in line it is claimed as it is written. Whoever claims is answered with it, or else with a
 * claim of its own, which finds the job: whatever goes wrong with that is no failure of the enqueue.
 * @param queue As the database calls it.
 * @returns whether it was added, or else was there already; null when the queue is none for plain jobs and nothing was added
 */
export async function enqueueAndClaim(
  parts: QueueParts,
  queue: string,
  job: NewJob,
  { request, answer }: Companion,
): Promise<boolean | null> {
  const { calls, names, statements } = parts;
  let claim = (): Promise<Claim> => claimJobs(parts, request);
  try {
    const values = [toText(request.worker), request.lease, ...plainValueDue(queue, job)];
    const rows = await calls.rows<ClaimRow>(statements.enqueueAndClaim, [job.queue], values);
    const summary = rows.pop()?.summary ?? {};
    if (rows.length > 0) claim = async () => claimOf(rows, summary, names);
    return summary.added ?? null;
  } finally {
    // Whoever has enqueued hears of it first: a job is queued before it starts.
    process.nextTick(() => answer(claim()));
  }
}

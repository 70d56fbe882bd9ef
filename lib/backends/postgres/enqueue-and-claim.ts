import type { Claim, NewJob } from '../../contract/index.js';
import { claimJobs, claimOf, limitOf } from './claim.js';
import type { ClaimRow } from './claimed-job.js';
import type { Companion } from './companions.js';
import { toText } from './job-text.js';
import { plainValueDue } from './plain-jobs.js';
import type { QueueParts } from './queue-parts.js';

/**
 * Adds one plain job that is due, and takes jobs of its queue, in one statement. Where that fails, the claim is made again alone: its failure
 * would be none of its own.
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
  const values = [toText(request.worker), request.lease, limitOf(request), ...plainValueDue(queue, job)];
  let rows: ClaimRow[];
  try {
    rows = await calls.rows<ClaimRow>(statements.enqueueAndClaim, [job.queue], values);
  } catch (error) {
    answer(claimJobs(parts, request));
    throw error;
  }
  const summary = rows.pop()?.summary ?? {};
  // A job that cannot be read is no failure of the enqueue.
  const claim = async (): Promise<Claim> => claimOf(rows, summary, names);
  answer(claim());
  return summary.added ?? null;
}

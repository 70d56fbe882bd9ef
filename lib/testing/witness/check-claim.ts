import assert from 'node:assert/strict';
import type { Claim, ClaimedJob, ClaimRequest } from '../../contract/index.js';
import { refKey } from '../a-job.js';

const VERDICTS: readonly string[] = ['applied', 'already-applied', 'stale', 'unknown'];

/** What holds for the answer to every claim: no more than was asked for, nothing twice, a verdict for each settlement. */
export function checkClaim(request: ClaimRequest, claim: Claim): void {
  assert.equal(
    claim.verdicts.length,
    request.settle?.length ?? 0,
    'a claim gives one verdict for each settlement',
  );
  for (const verdict of claim.verdicts) assert.ok(VERDICTS.includes(verdict), `${verdict} is a verdict`);
  assert.equal(new Set(claim.jobs.map(refKey)).size, claim.jobs.length, 'a claim hands out no job twice');
  const limit = request.max ?? Number.POSITIVE_INFINITY;
  assert.ok(claim.jobs.length <= limit, `${claim.jobs.length} jobs were handed out, ${limit} asked for`);
  checkShares(request, claim.jobs);
  if (claim.nextInMs !== undefined) {
    assert.ok(claim.nextInMs >= 0 && Number.isFinite(claim.nextInMs), `nextInMs is ${claim.nextInMs}`);
  }
  for (const limited of claim.limited ?? []) {
    const asked = request.take.some((take) => take.queue === limited.queue);
    assert.ok(asked, `${limited.queue} is limited, yet nothing was asked of it`);
  }
}

function checkShares(request: ClaimRequest, jobs: readonly ClaimedJob[]): void {
  const asked = new Map<string, number>();
  for (const take of request.take) asked.set(take.queue, (asked.get(take.queue) ?? 0) + take.limit);
  for (const job of jobs) {
    const left = (asked.get(job.queue) ?? 0) - 1;
    assert.ok(left >= 0, `more jobs of ${job.queue} were handed out than asked for`);
    asked.set(job.queue, left);
    assert.ok(job.attempt >= 1, `job ${job.id} has attempt ${job.attempt} in a claim`);
    assert.match(job.fence, /^\d+$/, `job ${job.id}: its fence is a decimal string`);
  }
}

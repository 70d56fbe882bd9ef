import assert from 'node:assert/strict';
import type { ModelJob } from './model-job.js';

/**
 * Priority first, then first in, first out: no job was handed out before one that comes earlier for sure. Between jobs of
 * different keys fair shares decide, and a job whose place the contract does not name may come anywhere within its
 * priority.
 */
export function checkOrder(taken: readonly ModelJob[], candidates: readonly ModelJob[]): void {
  const said = (job: ModelJob) => `${job.ref.id}, priority ${job.priority}, place ${job.rank ?? 'unknown'}`;
  taken.forEach((job, number) => {
    const before = new Set(taken.slice(0, number));
    const passedOver = candidates.find((other) => !before.has(other) && comesBefore(other, job));
    assert.ok(passedOver === undefined, `job ${said(job)} came before ${passedOver && said(passedOver)}`);
  });
}

function comesBefore(one: ModelJob, other: ModelJob): boolean {
  if (one.priority !== other.priority) return one.priority > other.priority;
  if (one.given.key !== other.given.key) return false;
  return one.rank !== undefined && other.rank !== undefined && one.rank < other.rank;
}

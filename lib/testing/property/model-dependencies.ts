import type { DependencyPolicy } from '../../contract/index.js';
import { isUnfinished, type ModelJob, type ModelParent } from './model-job.js';

/** What the end of a parent, or that it has not ended, means to a job with this policy. */
export function parentStatus(parent: ModelJob, policy: DependencyPolicy): ModelParent['status'] {
  if (isUnfinished(parent)) return 'open';
  return parent.state === 'completed' || policy !== 'fail' ? 'met' : 'failed';
}

/** Jobs that depend on this one, each with the link to it. */
export function dependentsOf(
  jobs: readonly ModelJob[],
  parent: ModelJob,
): { readonly child: ModelJob; readonly link: ModelParent }[] {
  return jobs.flatMap((child) =>
    child.parents.filter(({ job }) => job === parent).map((link) => ({ child, link })),
  );
}

/** Whether a job was cancelled because of one that it depends on, and opens again with it. */
export function isDependencyFailure(job: ModelJob): boolean {
  return job.state === 'cancelled' && job.cancelReason === 'dependency-failed';
}

/**
 * Whether the contract says what becomes of all dependents when this dead letter is retried. It does not for one that
 * has another failed parent, nor for one that goes on without it and still waits for others.
 */
export function reopensClearly(jobs: readonly ModelJob[], parent: ModelJob): boolean {
  return dependentsOf(jobs, parent).every(({ child, link }) => {
    if (link.status === 'met') return child.state !== 'waiting';
    if (!isDependencyFailure(child)) return true;
    const others = child.parents.filter((other) => other !== link);
    return others.every(({ status }) => status !== 'failed') && reopensClearly(jobs, child);
  });
}

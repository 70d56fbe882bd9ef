import type { JobEntry } from './job-entry.js';
import { rarelyOf } from './job-rarities.js';
import { FAILED, isFinishedCode } from './state-code.js';

const NONE: readonly JobEntry[] = [];

/** The jobs that a job depends on, as far as their records were there at its enqueue. */
export function parentsOf({ rare }: JobEntry): readonly JobEntry[] {
  if (rare?.links === undefined) return NONE;
  return rare.links.parents.flatMap(({ parent }) => parent ?? []);
}

/** The jobs that a job depends on and those that depend on it. */
export function kinOf(job: JobEntry): readonly JobEntry[] {
  const { rare } = job;
  if (rare === undefined || (rare.links === undefined && rare.dependents === undefined)) return NONE;
  return [...parentsOf(job), ...(rare.dependents ?? [])];
}

/** Enters an unfinished job with those that it depends on, as far as their records are kept. */
export function attach(child: JobEntry): void {
  for (const parent of parentsOf(child)) {
    if (!parent.queue.jobs.has(parent)) continue;
    const rare = rarelyOf(parent);
    (rare.dependents ??= new Set()).add(child);
  }
}

export function detach(child: JobEntry): void {
  for (const { rare } of parentsOf(child)) {
    if (rare?.dependents?.delete(child) === true && rare.dependents.size === 0) rare.dependents = undefined;
  }
}

/**
 * Whether the record of a finished job must be kept although it is over its bounds: for a dependent that has yet to
 * run, or because it was cancelled with a dead letter that can still be retried, and would then wait again.
 */
export function isNeeded(job: JobEntry): boolean {
  for (const child of job.rare?.dependents ?? NONE) if (!isFinishedCode(child.state)) return true;
  return job.rare?.links?.broken === true && parentsOf(job).some(canComeBack);
}

/** Drops those of the jobs that were kept for others and are needed no longer, and what was kept for them in turn. */
export function releaseHeld(held: readonly JobEntry[], now: number): void {
  if (held.length === 0) return;
  const candidates = [...held];
  for (const job of candidates) {
    const { queue } = job;
    if (!queue.jobs.has(job) || !queue.finished.isHeld(job) || isNeeded(job)) continue;
    candidates.push(...kinOf(job));
    queue.unshelve(job);
    queue.bury(job, now);
  }
}

function canComeBack(parent: JobEntry): boolean {
  if (!parent.queue.jobs.has(parent)) return false;
  return parent.state === FAILED || parent.rare?.links?.broken === true;
}

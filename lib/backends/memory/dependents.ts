import type { JobEntry } from './job-entry.js';
import { rarelyOf } from './job-rarities.js';
import { isFinishedCode } from './state-code.js';

/** Whether the record of a finished job must be kept for a dependent that has yet to run. */
export function hasUnfinishedDependent(parent: JobEntry): boolean {
  const dependents = parent.rare?.dependents;
  if (dependents === undefined) return false;
  for (const child of dependents) if (!isFinishedCode(child.state)) return true;
  return false;
}

/** Enters a job with those that it depends on and whose records are there. */
export function attach(child: JobEntry): void {
  for (const { parent } of child.rare?.links?.parents ?? []) {
    if (parent === undefined) continue;
    const rare = rarelyOf(parent);
    (rare.dependents ??= new Set()).add(child);
  }
}

export function detach(child: JobEntry): void {
  for (const { parent } of child.rare?.links?.parents ?? []) {
    const dependents = parent?.rare?.dependents;
    if (parent?.rare === undefined || dependents?.delete(child) !== true) continue;
    if (dependents.size === 0) parent.rare.dependents = undefined;
  }
}

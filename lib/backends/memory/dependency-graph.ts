import { DEPENDENCY_FAILED } from './dependency-failed.js';
import type { DependencyLink, DependencyLinks } from './dependency-links.js';
import { end } from './end.js';
import type { JobEntry } from './job-entry.js';
import { type JobRarities, rarelyOf } from './job-rarities.js';
import { detach, parentsOf, releaseHeld } from './kin.js';
import { CANCELLED, COMPLETED, isFinishedCode, SCHEDULED, stateCode, WAITING } from './state-code.js';

/**
 * Tells the dependents of a job that it has ended, or is gone; those of a dependent that is cancelled by it are told
 * in turn. A list, not recursion: a chain of jobs may be longer than the stack is deep.
 */
export function resolveDependents(ended: JobEntry, now: number): void {
  const told = [ended];
  for (const parent of told) {
    for (const child of parent.rare?.dependents ?? []) {
      const links = linksOf(child);
      if (child.state !== WAITING || !links.unmet.delete(parent)) continue;
      if (parent.state !== COMPLETED && links.policy === 'fail') {
        breakOff(child, now);
        told.push(child);
      } else if (links.unmet.size === 0) {
        proceed(child, now);
      }
    }
    letGoOfParents(parent, now);
  }
}

/** Ends a job because one that it depends on did not complete. It stays with its parents, to come back with them. */
export function breakOff(child: JobEntry, now: number): void {
  linksOf(child).broken = true;
  linksOf(child).unmet.clear();
  rarelyOf(child).cancelReason = DEPENDENCY_FAILED;
  end(child, CANCELLED, now);
  child.queue.ended.note(child);
}

/** Makes the dependents that were cancelled because of a job wait for it again, and theirs for them. */
export function reopenDependents(retried: JobEntry, now: number): void {
  const reopened = [retried];
  for (const parent of reopened) {
    for (const child of parent.rare?.dependents ?? []) {
      const links = linksOf(child);
      if (!links.broken || links.parents.some(hasFailed)) continue;
      reopen(child, links, now);
      reopened.push(child);
    }
  }
}

/** Lets a job go on whose dependencies are met. */
export function proceed(child: JobEntry, now: number): void {
  const { dueAt } = linksOf(child);
  if (dueAt > now) child.queue.defer(child, SCHEDULED, dueAt);
  else child.queue.admit(child, now);
}

/** Whether a dependency can not be met as things stand. */
export function hasFailed({ parent, outcome }: DependencyLink): boolean {
  const state = parent === undefined ? stateCode(outcome as NonNullable<typeof outcome>) : parent.state;
  return state > COMPLETED;
}

function reopen(child: JobEntry, links: DependencyLinks, now: number): void {
  const { queue } = child;
  queue.unshelve(child);
  links.broken = false;
  for (const { parent } of links.parents) {
    if (parent !== undefined && !isFinishedCode(parent.state)) links.unmet.add(parent);
  }
  rarelyOf(child).cancelReason = undefined;
  queue.idempotency.restore(child, now);
  queue.unique.restore(child);
  queue.wait(child);
}

/** A finished job needs its parents' records no longer, unless it may wait again. */
function letGoOfParents(child: JobEntry, now: number): void {
  const parents = parentsOf(child);
  if (child.rare?.links?.broken !== true) detach(child);
  releaseHeld(parents, now);
}

function linksOf(child: JobEntry): DependencyLinks {
  return (child.rare as JobRarities).links as DependencyLinks;
}

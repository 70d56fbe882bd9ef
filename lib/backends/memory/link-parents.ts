import type { Dependencies, JobRef, ParentOutcome } from '../../contract/index.js';
import { hasFailed } from './dependency-graph.js';
import { type DependencyLink, DependencyLinks } from './dependency-links.js';
import type { MemoryStore } from './memory-store.js';
import { isFinishedCode, stateName } from './state-code.js';

/** Looks up what a new job depends on. @returns the links, or the job that nobody knows. */
export function linkParents(
  store: MemoryStore,
  { jobs, onFailure }: Dependencies,
  dueAt: number,
  now: number,
): DependencyLinks | JobRef {
  const parents: DependencyLink[] = [];
  for (const ref of jobs) {
    const link = linkTo(store, ref, now);
    if (link === undefined) return ref;
    parents.push(link);
  }
  const links = new DependencyLinks(onFailure, parents, dueAt);
  for (const { parent } of parents) {
    if (parent !== undefined && !isFinishedCode(parent.state)) links.unmet.add(parent);
  }
  return links;
}

/** Whether the job cannot run because of a parent that has failed already. */
export function isBroken(links: DependencyLinks): boolean {
  return links.policy === 'fail' && links.parents.some(hasFailed);
}

function linkTo(store: MemoryStore, { queue, id }: JobRef, now: number): DependencyLink | undefined {
  const known = store.known(queue, now);
  const parent = known?.jobs.get(id);
  if (parent !== undefined) return { queue, id, parent, outcome: undefined };
  const outcome = known?.jobs.outcomeOf(id);
  if (outcome === undefined) return undefined;
  return { queue, id, parent, outcome: stateName(outcome) as ParentOutcome['state'] };
}

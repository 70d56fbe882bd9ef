import { resolveDependents } from './dependency-graph.js';
import { end } from './end.js';
import type { JobEntry } from './job-entry.js';
import { rarelyOf } from './job-rarities.js';
import { CANCELLED, type StateCode } from './state-code.js';

/** Ends a job that lies in no container any more, and resolves in the same step the jobs that depend on it. */
export function finish(entry: JobEntry, state: StateCode, now: number): void {
  end(entry, state, now);
  const { rare } = entry;
  if (rare !== undefined && (rare.links !== undefined || rare.dependents !== undefined)) {
    resolveDependents(entry, now);
  }
}

/** The same as cancelled, with the reason. */
export function finishCancelled(entry: JobEntry, reason: string, now: number): void {
  rarelyOf(entry).cancelReason = reason;
  finish(entry, CANCELLED, now);
}

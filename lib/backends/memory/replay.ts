import type { Ms, Payload, RetryVerdict } from '../../contract/index.js';
import { reopenDependents } from './dependency-graph.js';
import type { JobEntry } from './job-entry.js';
import { rarelyOf } from './job-rarities.js';
import { attach } from './kin.js';
import { ownPayload } from './own-payload.js';
import { FAILED, SCHEDULED } from './state-code.js';

export interface ReplayPatch {
  readonly payload?: Payload | undefined;
  readonly delay?: Ms | undefined;
}

/** Puts a dead letter back, as if it had never run, but for its fence. */
export function retryDeadJob(entry: JobEntry | undefined, patch: ReplayPatch, now: number): RetryVerdict {
  if (entry === undefined) return 'unknown';
  if (entry.state !== FAILED) return 'not-dead';
  const { queue } = entry;
  queue.unshelve(entry);
  if (entry.run !== undefined) {
    entry.run.attempt = 0;
    entry.run.stalls = 0;
  }
  rarelyOf(entry).replays++;
  if (patch.payload !== undefined) entry.payload = ownPayload(patch.payload);
  queue.unique.restore(entry);
  attach(entry);
  if (patch.delay !== undefined && patch.delay > 0) queue.defer(entry, SCHEDULED, now + patch.delay);
  else queue.admit(entry, now);
  reopenDependents(entry, now);
  return 'retried';
}

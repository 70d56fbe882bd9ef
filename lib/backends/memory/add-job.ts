import type { EnqueueVerdict, ErrorCode, NewJob } from '../../contract/index.js';
import { breakOff } from './dependency-graph.js';
import { DependencyLinks } from './dependency-links.js';
import type { JobEntry } from './job-entry.js';
import { flawOf } from '../job-flaw.js';
import type { JobRarities } from './job-rarities.js';
import { attach } from './kin.js';
import { isBroken, linkParents } from './link-parents.js';
import type { MemoryQueue } from './memory-queue.js';
import type { MemoryStore } from './memory-store.js';
import { newRarities } from './new-rarities.js';
import { ownPayload } from './own-payload.js';
import { SCHEDULED } from './state-code.js';
import { applyUniqueness, dueAtOf } from './uniqueness.js';

/** Adds one job, or says why not; everything that it depends on is there by then. */
export function addJob(
  store: MemoryStore,
  queue: MemoryQueue,
  job: NewJob,
  now: number,
  isCapped: boolean,
): EnqueueVerdict {
  const flaw = flawOf(job);
  if (flaw !== undefined) return refusal('TASKS_VALIDATION', flaw);
  const known = existingId(queue, job);
  if (known !== undefined) return { status: 'existing', id: known };
  if (job.unique !== undefined) {
    const verdict = applyUniqueness(queue, job, job.unique, now);
    if (verdict !== undefined) return verdict;
  }
  const dueAt =
    job.delay === undefined && job.dueAt === undefined && job.unique === undefined
      ? now
      : dueAtOf(queue, job, now);
  const rare = newRarities(job);
  if (rare !== undefined && job.dependsOn !== undefined) {
    const links = linkParents(store, job.dependsOn, dueAt, now);
    if (!(links instanceof DependencyLinks)) return refusal('TASKS_DEPENDENCY_UNKNOWN', links.id);
    rare.links = links;
  }
  if (isCapped && queue.isFull) return refusal('TASKS_QUEUE_FULL', queue.name);
  const entry = queue.create(job, ownPayload(job.payload), rare, now);
  if (rare !== undefined) holdKeys(entry, rare, now);
  place(entry, dueAt, now);
  return { status: 'created', id: entry.id };
}

export function refusal(code: ErrorCode, detail: string): EnqueueVerdict {
  return { status: 'refused', code, detail };
}

/** The job that this call means, by its id or its idempotency key. */
export function existingId(queue: MemoryQueue, job: NewJob): string | undefined {
  if (queue.jobs.knows(job.id, job.repeat === true)) return job.id;
  return job.idempotency && queue.idempotency.holderOf(job.idempotency.key);
}

function holdKeys(entry: JobEntry, rare: JobRarities, now: number): void {
  const { queue } = entry;
  if (rare.idempotency !== undefined) {
    queue.idempotency.hold(rare.idempotency, entry.id, now);
    queue.expect(queue.idempotency.nextAt());
  }
  if (rare.unique !== undefined) {
    queue.unique.hold(entry, now);
    queue.expect(queue.unique.nextAt());
  }
  attach(entry);
}

function place(entry: JobEntry, dueAt: number, now: number): void {
  const { queue } = entry;
  const links = entry.rare?.links;
  if (links !== undefined && isBroken(links)) breakOff(entry, now);
  else if (links !== undefined && links.unmet.size > 0) queue.wait(entry);
  else if (dueAt > now) queue.defer(entry, SCHEDULED, dueAt);
  else queue.admit(entry, now);
  queue.forwards.expect(entry, now);
}

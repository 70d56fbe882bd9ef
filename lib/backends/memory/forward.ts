import type { Forward, Forwarded, ForwardRequest, ForwardTake, JobRecord } from '../../contract/index.js';
import type { JobEntry } from './job-entry.js';
import { jobRecord } from './job-view.js';
import type { MemoryStore } from './memory-store.js';
import { PENDING } from './state-code.js';

/** Takes note of what was published, then hands out external jobs that are ready and that nobody has published. */
export function forwardJobs(store: MemoryStore, request: ForwardRequest, now: number): Forward {
  for (const forwarded of request.confirm ?? []) confirm(store, forwarded, now);
  const jobs: JobRecord[] = [];
  let next = Infinity;
  for (const take of request.take ?? []) {
    jobs.push(...takeForwards(store, take, request.lease, now));
    const queue = store.current(take.queue, now);
    next = Math.min(next, queue.nextMoment(), queue.nextForward());
  }
  return { jobs, nextInMs: next === Infinity ? undefined : Math.max(0, Math.ceil(next - now)) };
}

function confirm(store: MemoryStore, { queue, id, fence }: Forwarded, now: number): void {
  const entry = store.known(queue, now)?.jobs.get(id);
  if (entry?.state !== PENDING || entry.rare?.external !== true) return;
  if (String(entry.run?.fence ?? 0) === fence) entry.queue.forwards.confirm(entry);
}

function takeForwards(
  store: MemoryStore,
  { queue: name, limit }: ForwardTake,
  lease: number,
  now: number,
): JobRecord[] {
  const queue = store.current(name, now);
  const taken: JobRecord[] = [];
  while (taken.length < limit && queue.nextForward() <= now) {
    const entry = queue.forwards.first() as JobEntry;
    queue.forwards.defer(entry, now + lease);
    taken.push(jobRecord(entry));
  }
  queue.wakeUps.claimed();
  return taken;
}

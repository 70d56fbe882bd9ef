import type { NewJob } from '../../contract/index.js';
import { type DependencyLinks } from './dependency-links.js';
import type { JobEntry } from './job-entry.js';
import { ownPayload } from './own-payload.js';
import { PENDING, SCHEDULED, WAITING } from './state-code.js';

/**
 * Gives a job that waits the payload, priority and delay of a later call. It keeps its id, and its place where neither
 * priority nor moment changes.
 */
export function replaceJob(entry: JobEntry, job: NewJob, dueAt: number, now: number): void {
  const { queue } = entry;
  entry.payload = ownPayload(job.payload);
  queue.retype(entry, job);
  if (entry.state === WAITING) {
    entry.priority = job.priority;
    delayLinks(entry.rare?.links, dueAt);
    return;
  }
  if (entry.state === PENDING && entry.priority === job.priority && dueAt <= now) return;
  queue.withdraw(entry, now);
  entry.priority = job.priority;
  if (dueAt > now) queue.defer(entry, SCHEDULED, dueAt);
  else queue.admit(entry, now);
}

function delayLinks(links: DependencyLinks | undefined, dueAt: number): void {
  if (links !== undefined) links.dueAt = dueAt;
}

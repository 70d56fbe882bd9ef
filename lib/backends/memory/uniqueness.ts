import type { EnqueueVerdict, NewJob, Uniqueness } from '../../contract/index.js';
import type { MemoryQueue } from './memory-queue.js';
import { replaceJob } from './replace-job.js';
import { RUNNING } from './state-code.js';

/** Answers a call whose unique key is taken; `undefined` when it makes a new job. */
export function applyUniqueness(
  queue: MemoryQueue,
  job: NewJob,
  unique: Uniqueness,
  now: number,
): EnqueueVerdict | undefined {
  if (unique.mode === 'throttle') {
    const id = queue.unique.windowOf(job.name, unique.key);
    return id === undefined ? undefined : { status: 'existing', id };
  }
  const holder = queue.unique.holderOf(job.name, unique.key);
  if (holder === undefined) return undefined;
  if (unique.mode === 'keep-first') return { status: 'existing', id: holder.id };
  // What runs works on what it was given, so a later call must make a job of its own or be lost.
  if (holder.state === RUNNING) return undefined;
  replaceJob(holder, job, dueAtOf(queue, job, now, holder.createdAt), now);
  return { status: 'replaced', id: holder.id };
}

/** When a call is due: after its delay, or when it was debounced long enough, counted from the first call. */
export function dueAtOf(queue: MemoryQueue, job: NewJob, now: number, firstAt = now): number {
  const { unique, dueAt, delay } = job;
  if (unique?.mode !== 'debounce') return dueAt === undefined ? now + (delay ?? 0) : dueAt - queue.epoch;
  return Math.min(now + unique.window, firstAt + (unique.maxWait ?? Infinity));
}

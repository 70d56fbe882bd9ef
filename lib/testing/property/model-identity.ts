import type { Ms, NewJob } from '../../contract/index.js';
import type { ModelJob } from './model-job.js';
import type { ModelLane } from './model-lane.js';

/** The job that a call means, because there is one of its id or one that has its key. */
export function existingId(lane: ModelLane, given: NewJob, now: Ms): string | undefined {
  if (given.repeat && lane.job(given.id) !== undefined) return given.id;
  const { idempotency, unique } = given;
  const holder = idempotency && lane.keys.get(idempotency.key);
  if (holder !== undefined && holder.until > now) return holder.id;
  if (unique?.mode === 'keep-first') return lane.holders(given.name, unique)[0]?.ref.id;
  const window = unique?.mode === 'throttle' ? lane.windows.get(unique.key) : undefined;
  return window !== undefined && window.until > now ? window.job.ref.id : undefined;
}

/** Frees the idempotency key of a job that was cancelled or removed. */
export function freeKey({ given, lane, ref }: ModelJob): void {
  const key = given.idempotency?.key;
  if (key !== undefined && lane.keys.get(key)?.id === ref.id) lane.keys.delete(key);
}

import {
  HIGHEST_PRIORITY,
  type Idempotency,
  LOWEST_PRIORITY,
  type NewJob,
  type Uniqueness,
} from '../contract/index.js';

/** What would spoil the order of a queue if it got in; `undefined` when the job is sound. */
export function flawOf(job: NewJob): string | undefined {
  const { priority, delay, dueAt, weight } = job;
  if (!Number.isInteger(priority) || priority < LOWEST_PRIORITY || priority > HIGHEST_PRIORITY) {
    return 'priority must be a whole number from 0 to 20';
  }
  if (delay !== undefined && !(delay >= 0 && delay < Infinity)) return 'delay must be 0 ms or more';
  if (dueAt !== undefined && !(Number.isFinite(dueAt) && delay === undefined)) {
    return 'dueAt must be a moment, and not together with delay';
  }
  if (weight !== undefined && !(weight > 0 && weight < Infinity)) return 'weight must be more than 0';
  return (job.idempotency && idempotencyFlaw(job.idempotency)) ?? (job.unique && uniquenessFlaw(job.unique));
}

function idempotencyFlaw({ ttl }: Idempotency): string | undefined {
  return ttl >= 0 ? undefined : 'ttl must be 0 ms or more';
}

function uniquenessFlaw(unique: Uniqueness): string | undefined {
  if (!('window' in unique)) return undefined;
  if (!(unique.window >= 0 && unique.window < Infinity)) return 'window must be 0 ms or more';
  const maxWait = unique.mode === 'debounce' ? unique.maxWait : undefined;
  return maxWait === undefined || maxWait >= 0 ? undefined : 'maxWait must be 0 ms or more';
}

import {
  HIGHEST_PRIORITY,
  type Idempotency,
  LOWEST_PRIORITY,
  type NewJob,
  type Uniqueness,
} from '../contract/index.js';

/**
 * What no store can keep, or what would spoil the order of a queue if it got in; `undefined` when the job is sound. Asked for every job,
 * so it is written to be quick.
 */
export function flawOf(job: NewJob): string | undefined {
  const { priority, delay, dueAt, weight } = job;
  if (!isText(job.id)) return 'id must be a text that is not empty';
  if (!isText(job.name)) return 'name must be a text that is not empty';
  if (!Number.isInteger(priority) || priority < LOWEST_PRIORITY || priority > HIGHEST_PRIORITY) {
    return 'priority must be a whole number from 0 to 20';
  }
  if (!isCount(job.maxRetries)) return 'maxRetries must be a whole number, 0 or more';
  if (delay !== undefined && !(delay >= 0 && delay < Infinity)) return 'delay must be 0 ms or more';
  if (dueAt !== undefined && !(Number.isFinite(dueAt) && delay === undefined)) {
    return 'dueAt must be a moment, and not together with delay';
  }
  if (weight !== undefined && !(weight > 0 && weight < Infinity)) return 'weight must be more than 0';
  return (
    boundFlaw(job) ??
    (job.idempotency && idempotencyFlaw(job.idempotency)) ??
    (job.unique && uniquenessFlaw(job.unique))
  );
}

function boundFlaw({ maxStalled, timeout, payload }: NewJob): string | undefined {
  if (maxStalled !== undefined && !isCount(maxStalled)) return 'maxStalled must be a whole number, 0 or more';
  if (timeout !== undefined && !(timeout > 0 && timeout < Infinity)) return 'timeout must be more than 0 ms';
  const isCarried = payload === undefined || typeof payload === 'string' || payload instanceof Uint8Array;
  return isCarried ? undefined : 'payload must be a text or bytes';
}

function idempotencyFlaw({ key, ttl }: Idempotency): string | undefined {
  if (!isText(key)) return 'an idempotency key must be a text that is not empty';
  return ttl >= 0 ? undefined : 'ttl must be 0 ms or more';
}

function uniquenessFlaw(unique: Uniqueness): string | undefined {
  if (!isText(unique.key)) return 'a unique key must be a text that is not empty';
  if (!('window' in unique)) return undefined;
  if (!(unique.window >= 0 && unique.window < Infinity)) return 'window must be 0 ms or more';
  const maxWait = unique.mode === 'debounce' ? unique.maxWait : undefined;
  return maxWait === undefined || maxWait >= 0 ? undefined : 'maxWait must be 0 ms or more';
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** A bound that is infinite is none. */
function isCount(value: number): boolean {
  return (Number.isInteger(value) || value === Infinity) && value >= 0;
}

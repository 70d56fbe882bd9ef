import type { ClaimedJob, JobRecord, NewJob } from '../contract/index.js';

/** A job that was accepted just now, as its record stands then. */
export function acceptedRecord(job: NewJob, at: number): JobRecord {
  const { queue, id, name, payload, codec, version, priority, maxRetries, timeout, dependsOn, headers } = job;
  const dueAt = dueAtOf(job, at);
  return {
    queue,
    id,
    name,
    state: dependsOn === undefined ? (dueAt === undefined ? 'pending' : 'scheduled') : 'waiting',
    codec,
    priority,
    maxRetries,
    maxStalled: job.maxStalled ?? DEFAULT_MAX_STALLED,
    attempt: 0,
    stalls: 0,
    fence: '0',
    createdAt: at,
    replays: 0,
    version,
    ...(payload === undefined ? {} : { payload }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(dueAt === undefined || dependsOn !== undefined ? {} : { dueAt }),
    ...(job.idempotency === undefined ? {} : { idempotencyKey: job.idempotency.key }),
    ...(dependsOn === undefined ? {} : { dependsOn: dependsOn.jobs }),
    ...(headers === undefined ? {} : { headers }),
  };
}

/** When it is due, if that is later. */
function dueAtOf({ delay, dueAt }: NewJob, at: number): number | undefined {
  if (delay !== undefined) return at + delay;
  return dueAt !== undefined && dueAt > at ? dueAt : undefined;
}

/** What backends take where a job does not say. */
const DEFAULT_MAX_STALLED = 3;

/**
 * A job that a repeated call means and whose record is no longer kept. It has finished: a failed one is kept for longer
 * than its key, a cancelled or deleted one frees it.
 */
export function forgottenRecord(job: NewJob, id: string, at: number): JobRecord {
  const { dueAt: _due, ...record } = acceptedRecord({ ...job, dependsOn: undefined }, at);
  return { ...record, id, state: 'completed' };
}

/** A job that a call within a transaction means: whether it has run already, nobody looks before the commit. */
export function unseenRecord(job: NewJob, id: string, at: number): JobRecord {
  return { ...acceptedRecord(job, at), id };
}

/** A job in hand. */
export function claimedRecord(job: ClaimedJob, worker: string, at: number): JobRecord {
  const {
    queue,
    id,
    name,
    payload,
    codec,
    priority,
    attempt,
    maxRetries,
    stalls,
    timeout,
    fence,
    createdAt,
    maxStalled,
    version,
    extra,
  } = job;
  return {
    queue,
    id,
    name,
    state: 'running',
    codec,
    priority,
    maxRetries,
    maxStalled,
    attempt,
    stalls,
    fence,
    createdAt,
    startedAt: at,
    worker,
    replays: extra?.replays ?? 0,
    version,
    ...(payload === undefined ? {} : { payload }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(extra?.key === undefined ? {} : { key: extra.key }),
    ...(extra?.headers === undefined ? {} : { headers: extra.headers }),
    ...(extra?.parents === undefined
      ? {}
      : { dependsOn: extra.parents.map(({ queue, id }) => ({ queue, id })) }),
  };
}

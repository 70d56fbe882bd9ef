import type { NewJob } from '../../contract/index.js';
import { toText } from './job-text.js';
import { LATEST, maxStalledOf, shareOf, toBound, toHeaders } from './job-words.js';
import type { QueueNames } from './queue-names.js';
import { toStoredJson } from './stored-payload.js';

/** A job of whatever kind as the functions take it, within JSON: the fields of the type `given_job`. */
export function givenJob(job: NewJob, names: QueueNames): object {
  const { idempotency, unique, dependsOn } = job;
  const { text: payload, raw: payload_raw } = toStoredJson(job.payload);
  return {
    queue: names.inStore(job.queue),
    id: toText(job.id),
    name: toText(job.name),
    codec: toText(job.codec),
    version: job.version,
    priority: job.priority,
    max_retries: toBound(job.maxRetries),
    max_stalled: maxStalledOf(job),
    timeout: job.timeout,
    headers: toHeaders(job.headers),
    payload,
    payload_raw,
    delay: job.delay,
    due_at: job.dueAt,
    repeat: job.repeat === true,
    key: job.key === undefined ? undefined : toText(job.key),
    share: shareOf(job),
    external: job.external === true ? true : undefined,
    idempotency_key: idempotency && toText(idempotency.key),
    idempotency_ttl: idempotency && Math.min(idempotency.ttl, LATEST),
    unique_key: unique && uniqueKey(job.name, unique.key),
    unique_mode: unique?.mode,
    unique_window: unique && 'window' in unique ? unique.window : undefined,
    max_wait: unique?.mode === 'debounce' ? unique.maxWait : undefined,
    policy: dependsOn?.onFailure,
    parent_queues: dependsOn?.jobs.map(({ queue }) => names.inStore(queue)),
    parent_ids: dependsOn?.jobs.map(({ id }) => toText(id)),
  };
}

/** The length in front keeps `('a', 'bc')` and `('ab', 'c')` apart. */
function uniqueKey(name: string, key: string): string {
  return toText(`${name.length}:${name}${key}`);
}

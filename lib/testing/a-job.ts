import { v7 } from 'uuid';
import { ENVELOPE_VERSION, type JobRef, type NewJob, Priority } from '../contract/index.js';

/**
 * A job as a client would hand it to a backend: JSON payload, priority 5, three retries, unless told otherwise.
 *
 * @example
 * await backend.queue.enqueue([aJob({ queue: 'mail' }), aJob({ queue: 'mail', delay: 500 })]);
 */
export function aJob(job: Partial<NewJob> & { readonly queue: string }): NewJob {
  return {
    id: v7(),
    name: 'a-task',
    payload: '{"to":"someone"}',
    codec: 'json',
    version: ENVELOPE_VERSION,
    priority: Priority.NORMAL,
    maxRetries: 3,
    ...job,
  };
}

/** One text for one address, fit to be a key of a map. */
export function refKey(ref: JobRef): string {
  return `${ref.queue}/${ref.id}`;
}

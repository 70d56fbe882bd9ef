import type { EndedJob } from '../../contract/index.js';
import { unpackError } from '../stored-error.js';
import { fromText } from './job-text.js';
import type { QueueNames } from './queue-names.js';

/** What a function tells of a job that ended inside the store. */
export interface EndingJson {
  readonly queue: string;
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly worker?: string | null;
  readonly error?: string | null;
  readonly reason?: string | null;
}

export function endedJobs(
  endings: readonly EndingJson[] | null | undefined,
  names: QueueNames,
): readonly EndedJob[] | undefined {
  return endings?.map(({ queue, id, name, attempt, worker, error, reason }) => ({
    queue: names.here(queue),
    id: fromText(id),
    name: fromText(name),
    attempt,
    worker: worker ? fromText(worker) : undefined,
    error: error ? unpackError(error, fromText(id)) : undefined,
    cancelReason: reason ? fromText(reason) : undefined,
  }));
}

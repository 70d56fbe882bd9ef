import type { EnqueueVerdict, ErrorCode, NewJob } from '../contract/index.js';
import { flawOf } from './job-flaw.js';

export type Refused = Extract<EnqueueVerdict, { status: 'refused' }>;

export function refusal(code: ErrorCode, detail: string): Refused {
  return { status: 'refused', code, detail };
}

/** What a job is refused for whatever the store holds. */
export function ownRefusal(job: NewJob, isCircular: boolean): Refused | undefined {
  if (isCircular) return refusal('TASKS_DEPENDENCY_CYCLE', job.id);
  const flaw = flawOf(job);
  return flaw === undefined ? undefined : refusal('TASKS_VALIDATION', flaw);
}

/** Of a job that travels, all or nothing, with one that is refused. */
export function refusedWithBatch(): Refused {
  return refusal('TASKS_VALIDATION', 'another job of the batch is refused');
}

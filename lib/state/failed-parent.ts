import type { JobRecord } from '../contract/index.js';
import { DEPENDENCY_FAILED, type JobEnd } from './job-end.js';
import type { QueueDirectory } from './store-link.js';

/**
 * Of a job that was cancelled because of one that it depends on: which one. A job with several has to ask, since its own record says only
 * what it depends on.
 * @returns undefined where it ended otherwise, or where its record does not say
 */
export async function failedParent(end: JobEnd, directory: QueueDirectory): Promise<string | undefined> {
  if (end.state !== 'cancelled' || end.cancelReason !== DEPENDENCY_FAILED) return undefined;
  const parents = end.dependsOn ?? [];
  const [first] = parents;
  if (first === undefined || parents.length === 1) return first?.id;
  const records = await recordsOf(parents, directory);
  const place = parents.findIndex((_parent, at) => hasFailed(records[at]));
  // One that failed may be gone: of those that are left none did.
  const gone = records.indexOf(undefined);
  return (parents[place] ?? parents[gone] ?? first).id;
}

async function recordsOf(
  parents: NonNullable<JobEnd['dependsOn']>,
  directory: QueueDirectory,
): Promise<readonly (JobRecord | undefined)[]> {
  try {
    return await Promise.all(parents.map((parent) => directory.storeOf(parent.queue).records.get(parent)));
  } catch {
    return []; // It only helps to understand: that it cannot be read changes nothing about how the job ended.
  }
}

function hasFailed(record: JobRecord | undefined): boolean {
  return record?.state === 'failed' || record?.state === 'cancelled';
}

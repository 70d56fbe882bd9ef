import type { NewJob } from '../../contract/index.js';
import { JobRarities } from './job-rarities.js';

/** What a new job has besides what every job has; `undefined` for a plain one. */
export function newRarities(job: NewJob): JobRarities | undefined {
  if (
    job.key === undefined &&
    job.idempotency === undefined &&
    job.unique === undefined &&
    job.dependsOn === undefined &&
    job.headers === undefined &&
    job.external !== true
  ) {
    return undefined;
  }
  const rare = new JobRarities();
  rare.key = job.key;
  rare.weight = job.weight ?? 1;
  rare.external = job.external === true;
  rare.idempotency = job.idempotency;
  rare.unique = job.unique;
  rare.headers = job.headers && { ...job.headers };
  return rare;
}

import { HIGHEST_PRIORITY, LOWEST_PRIORITY, type NewJob } from '../../contract/index.js';

/** What would break the order of a queue if it got in; `undefined` when the job is sound. */
export function flawOf(job: NewJob): string | undefined {
  const { priority, delay, weight, unique } = job;
  if (!Number.isInteger(priority) || priority < LOWEST_PRIORITY || priority > HIGHEST_PRIORITY) {
    return 'priority must be a whole number from 0 to 20';
  }
  if (delay !== undefined && !isDuration(delay)) return 'delay must be 0 ms or more';
  if (weight !== undefined && !(weight > 0 && Number.isFinite(weight))) return 'weight must be more than 0';
  if (unique !== undefined && 'window' in unique && !isDuration(unique.window)) {
    return 'window must be 0 ms or more';
  }
  return undefined;
}

function isDuration(ms: number): boolean {
  return Number.isFinite(ms) && ms >= 0;
}

import type { EnqueueCallOptions, EnqueueVerdict, NewJob } from '../../contract/index.js';
import { addJob, refusal } from './add-job.js';
import { refuseBatch } from './atomic-batch.js';
import { orderBatch } from '../batch-order.js';
import type { MemoryStore } from './memory-store.js';

export function enqueueJobs(
  store: MemoryStore,
  jobs: readonly NewJob[],
  options: EnqueueCallOptions | undefined,
  now: number,
): EnqueueVerdict[] {
  const refused = options?.atomic === true ? refuseBatch(store, jobs, now) : undefined;
  return refused ?? addJobs(store, jobs, now, true);
}

/** Adds jobs in their order; `isCapped`: as far as the queues' `maxSize` allows. */
export function addJobs(
  store: MemoryStore,
  jobs: readonly NewJob[],
  now: number,
  isCapped: boolean,
): EnqueueVerdict[] {
  const [first] = jobs;
  if (first === undefined) return [];
  if (jobs.some((job) => job.dependsOn !== undefined)) return addLinkedJobs(store, jobs, now, isCapped);
  let queue = store.current(first.queue, now);
  return jobs.map((job) => {
    if (job.queue !== queue.name) queue = store.current(job.queue, now);
    return addJob(store, queue, job, now, isCapped);
  });
}

/** The same for a batch in which jobs depend on others, perhaps on each other. */
function addLinkedJobs(
  store: MemoryStore,
  jobs: readonly NewJob[],
  now: number,
  isCapped: boolean,
): EnqueueVerdict[] {
  const { places, circular } = orderBatch(jobs);
  const verdicts = new Map<number, EnqueueVerdict>();
  for (const place of places) {
    const job = jobs[place] as NewJob;
    const verdict = circular.has(place)
      ? refusal('TASKS_DEPENDENCY_CYCLE', job.id)
      : addJob(store, store.current(job.queue, now), job, now, isCapped);
    verdicts.set(place, verdict);
  }
  return jobs.map((_, place) => verdicts.get(place) as EnqueueVerdict);
}

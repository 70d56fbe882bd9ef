import type { NewJob, QueueDefinition } from '../../../../lib/contract/index.js';
import { EndedJobs } from '../../../../lib/backends/memory/ended-jobs.js';
import type { JobEntry } from '../../../../lib/backends/memory/job-entry.js';
import { MemoryQueue } from '../../../../lib/backends/memory/memory-queue.js';
import { newRarities } from '../../../../lib/backends/memory/new-rarities.js';

const LIMITS = { completedMax: 1_000, tombstoneMax: 50_000 };

/** A queue by itself, as a test of what lies in it needs one. */
export function aQueue(definition: Partial<QueueDefinition> = {}, limits = LIMITS): MemoryQueue {
  return new MemoryQueue({ name: 'lane', ...definition }, limits, new EndedJobs(), 0, () => undefined);
}

export function aNewJob(words: Partial<NewJob> = {}): NewJob {
  const plain = { queue: 'lane', name: 'task', codec: 'json', version: 1, priority: 5, maxRetries: 3 };
  return { ...plain, id: 'job', payload: '{}', ...words };
}

/** A job that has been made and not placed anywhere. */
export function anEntry(queue: MemoryQueue, words: Partial<NewJob> = {}, now = 0): JobEntry {
  const job = aNewJob(words);
  return queue.create(job, job.payload, newRarities(job), now);
}

/** The seed of a random test, shown in its name. */
export const seed = Number(process.env['TASKS_TEST_SEED'] ?? Date.now() % 1_000_000);

import type { EnqueueVerdict, NewJob } from '../../contract/index.js';
import { PlainBatch } from './plain-batch.js';
import type { QueueParts } from './queue-parts.js';
import { refusal } from '../refusals.js';

/** Adds jobs of one queue that have nothing but what every job has: a handful of commands, whatever their number. */
export async function enqueuePlain(
  { caller, scripts, envelopes }: QueueParts,
  queue: string,
  jobs: readonly NewJob[],
): Promise<EnqueueVerdict[]> {
  const batch = new PlainBatch(envelopes, jobs, Date.now());
  const added = Number(await caller.run(scripts.enqueuePlain, [queue], [batch.arguments]));
  return jobs.map(({ id }, place) =>
    place < added ? { status: 'created', id } : refusal('TASKS_QUEUE_FULL', queue),
  );
}

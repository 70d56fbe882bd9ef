import type { EnqueueVerdict, NewJob } from '../../contract/index.js';
import { packId } from './packed-id.js';
import type { QueueParts } from './queue-parts.js';
import type { RedisArgument } from './redis-session.js';
import { refusal } from '../refusals.js';

/** Adds jobs of one queue that have nothing but what every job has: a handful of commands, whatever their number. */
export async function enqueuePlain(
  { caller, scripts, keys, envelopes }: QueueParts,
  queue: string,
  jobs: readonly NewJob[],
): Promise<EnqueueVerdict[]> {
  const runs = new Runs();
  const pairs: RedisArgument[] = [];
  for (const job of jobs) {
    const id = packId(job.id);
    runs.add(id, job.priority);
    pairs.push(id, envelopes.write(job));
  }
  const args = [keys.onServer(queue), jobs.length, runs.count, ...runs.words, ...pairs];
  const added = Number(await caller.run(scripts.enqueuePlain, [queue], args));
  return jobs.map(({ id }, place) =>
    place < added ? { status: 'created', id } : refusal('TASKS_QUEUE_FULL', queue),
  );
}

/** Priority and length of each run of jobs that have one priority and ascending ids: those share a place in the line. */
class Runs {
  readonly words: number[] = [];
  private lastId = '';
  private lastPriority = -1;

  get count(): number {
    return this.words.length / 2;
  }

  add(id: string, priority: number): void {
    if (priority !== this.lastPriority || !(id > this.lastId)) this.words.push(priority, 0);
    this.lastId = id;
    this.lastPriority = priority;
    (this.words[this.words.length - 1] as number)++;
  }
}

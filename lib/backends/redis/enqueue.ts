import type { EnqueueCallOptions, EnqueueVerdict, NewJob } from '../../contract/index.js';
import { UnsupportedOperationError } from '../../errors/index.js';
import { orderBatch } from '../batch-order.js';
import { flawOf } from '../job-flaw.js';
import { byQueue, placesByQueue } from './by-queue.js';
import { enqueuePlain } from './enqueue-plain.js';
import { jobArguments } from './job-arguments.js';
import { isPlain } from './job-words.js';
import { unpackId } from './packed-id.js';
import type { QueueParts } from './queue-parts.js';
import { ownRefusal, refusal, refusedWithBatch, type Refused, slotRefusal } from './refusals.js';
import { VerdictSheet } from './verdict-sheet.js';

/** Adds jobs in their order. */
export async function enqueueJobs(
  parts: QueueParts,
  jobs: readonly NewJob[],
  options: EnqueueCallOptions = {},
): Promise<EnqueueVerdict[]> {
  if (jobs.length === 0) return [];
  if (options.atomic === true) return addAtomic(parts, jobs);
  return jobs.every((job) => isPlain(job) && flawOf(job) === undefined)
    ? addPlain(parts, jobs)
    : addInOrder(parts, jobs);
}

/** Plain jobs, each queue's by a call of its own; the calls travel together. */
function addPlain(parts: QueueParts, jobs: readonly NewJob[]): Promise<EnqueueVerdict[]> {
  const sheet = new VerdictSheet();
  for (const [queue, places] of placesByQueue(jobs)) {
    sheet.ask(places, (batch) => enqueuePlain(parts, queue, jobsAt(jobs, batch)));
  }
  return sheet.complete();
}

/** Jobs of whatever kind. Within the batch a job comes after those that it depends on. */
function addInOrder(parts: QueueParts, jobs: readonly NewJob[]): Promise<EnqueueVerdict[]> {
  const { places, circular } = orderBatch(jobs);
  const sheet = new VerdictSheet();
  const sent = places.filter((place) => {
    const refused = refusalOf(parts, jobs[place] as NewJob, circular.has(place));
    if (refused !== undefined) sheet.verdicts[place] = refused;
    return refused === undefined;
  });
  sheet.ask(sent, (batch) =>
    byQueue(parts.isCluster, jobsAt(jobs, batch), (some) => enqueueAny(parts, some, false)),
  );
  return sheet.complete();
}

/** All or nothing, in one call of the script however many there are. */
async function addAtomic(parts: QueueParts, jobs: readonly NewJob[]): Promise<EnqueueVerdict[]> {
  if (parts.isCluster && placesByQueue(jobs).size > 1)
    throw manySlots('enqueue a batch whole on several queues');
  const { places, circular } = orderBatch(jobs);
  const refused = jobs.map((job, place) => refusalOf(parts, job, circular.has(place)));
  if (refused.some((verdict) => verdict !== undefined)) {
    return refused.map((verdict) => verdict ?? refusedWithBatch());
  }
  const answers = await enqueueAny(parts, jobsAt(jobs, places), true);
  const verdicts: EnqueueVerdict[] = [];
  places.forEach((place, n) => (verdicts[place] = answers[n] as EnqueueVerdict));
  return verdicts;
}

/** On a cluster no step reaches beyond a queue. */
function manySlots(operation: string): UnsupportedOperationError {
  return new UnsupportedOperationError(
    `${operation} of a cluster`,
    'redis',
    'Put them on one queue, or use a server that is no cluster.',
  );
}

function refusalOf({ isCluster }: QueueParts, job: NewJob, isCircular: boolean): Refused | undefined {
  return ownRefusal(job, isCircular) ?? (isCluster ? slotRefusal(job) : undefined);
}

async function enqueueAny(
  parts: QueueParts,
  jobs: readonly NewJob[],
  isAtomic: boolean,
): Promise<EnqueueVerdict[]> {
  const { caller, scripts } = parts;
  const queues = jobs.map(({ queue }) => queue);
  const args = [isAtomic ? 1 : 0, jobs.length, ...jobs.flatMap((job) => jobArguments(parts, job))];
  const answers = (await caller.run(scripts.enqueue, queues, args)) as Buffer[];
  return answers.map((answer, place) => verdictOf(answer.toString(), jobs[place] as NewJob));
}

function verdictOf(answer: string, job: NewJob): EnqueueVerdict {
  const id = unpackId(answer.slice(1));
  switch (answer[0]) {
    case 'c':
      return { status: 'created', id: job.id };
    case 'e':
      return { status: 'existing', id };
    case 'p':
      return { status: 'replaced', id };
    case 'u':
      return refusal('TASKS_DEPENDENCY_UNKNOWN', id);
    case 'q':
      return refusal('TASKS_QUEUE_FULL', job.queue);
    default:
      return refusedWithBatch();
  }
}

function jobsAt(jobs: readonly NewJob[], places: readonly number[]): NewJob[] {
  return places.map((place) => jobs[place] as NewJob);
}

import type { EnqueueCallOptions, EnqueueVerdict, NewJob } from '../../contract/index.js';
import { orderBatch } from '../batch-order.js';
import { flawOf } from '../job-flaw.js';
import { enqueuePlain } from './enqueue-plain.js';
import { jobArguments } from './job-arguments.js';
import { isPlain } from './job-words.js';
import { unpackId } from './packed-id.js';
import type { QueueParts } from './queue-parts.js';
import { ownRefusal, refusal, refusedWithBatch } from './refusals.js';
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
    const refused = ownRefusal(jobs[place] as NewJob, circular.has(place));
    if (refused !== undefined) sheet.verdicts[place] = refused;
    return refused === undefined;
  });
  sheet.ask(sent, (batch) => enqueueAny(parts, jobsAt(jobs, batch), false));
  return sheet.complete();
}

/** All or nothing, in one call of the script however many there are. */
async function addAtomic(parts: QueueParts, jobs: readonly NewJob[]): Promise<EnqueueVerdict[]> {
  const { places, circular } = orderBatch(jobs);
  const refused = jobs.map((job, place) => ownRefusal(job, circular.has(place)));
  if (refused.some((verdict) => verdict !== undefined)) {
    return refused.map((verdict) => verdict ?? refusedWithBatch());
  }
  const answers = await enqueueAny(parts, jobsAt(jobs, places), true);
  const verdicts: EnqueueVerdict[] = [];
  places.forEach((place, n) => (verdicts[place] = answers[n] as EnqueueVerdict));
  return verdicts;
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

function placesByQueue(jobs: readonly NewJob[]): ReadonlyMap<string, readonly number[]> {
  const byQueue = new Map<string, number[]>();
  jobs.forEach(({ queue }, place) => {
    const places = byQueue.get(queue);
    if (places === undefined) byQueue.set(queue, [place]);
    else places.push(place);
  });
  return byQueue;
}

import type { EnqueueCallOptions, EnqueueVerdict, NewJob } from '../../contract/index.js';
import { UnsupportedOperationError } from '../../errors/index.js';
import { orderBatch } from '../batch-order.js';
import { jobsAt, placesByQueue, putVerdicts } from '../batch-places.js';
import { flawOf } from '../job-flaw.js';
import { byQueue } from './by-queue.js';
import { enqueuePlain } from './enqueue-plain.js';
import { jobArguments } from './job-arguments.js';
import { isPlain } from './job-words.js';
import { unpackId } from './packed-id.js';
import type { QueueParts } from './queue-parts.js';
import { ownRefusal, refusal, refusedWithBatch } from '../refusals.js';
import { registerJobs } from './remote/registration.js';
import { wavesOf } from './remote/waves.js';
import { slotRefusal } from './slot-refusal.js';
import { AT_ONCE, VerdictSheet } from './verdict-sheet.js';

/** Adds jobs in their order. */
export async function enqueueJobs(
  parts: QueueParts,
  jobs: readonly NewJob[],
  options: EnqueueCallOptions = {},
): Promise<EnqueueVerdict[]> {
  if (jobs.length === 0) return [];
  if (options.atomic === true) return addAtomic(parts, jobs);
  return jobs.every((job) => isPlain(job) && flawOf(job) === undefined)
    ? await addPlain(parts, jobs)
    : addInOrder(parts, jobs);
}

/** Plain jobs, each queue's by a call of its own; the calls travel together. */
function addPlain(parts: QueueParts, jobs: readonly NewJob[]): Promise<EnqueueVerdict[]> {
  const { queue: first } = jobs[0] as NewJob;
  if (jobs.length <= AT_ONCE && jobs.every(({ queue }) => queue === first)) {
    return enqueuePlain(parts, first, jobs);
  }
  const sheet = new VerdictSheet();
  for (const [queue, places] of placesByQueue(jobs)) {
    sheet.ask(places, (batch) => enqueuePlain(parts, queue, jobsAt(jobs, batch)));
  }
  return sheet.complete();
}

/** Jobs of whatever kind. Within the batch a job comes after those that it depends on. */
async function addInOrder(parts: QueueParts, jobs: readonly NewJob[]): Promise<EnqueueVerdict[]> {
  const { places, circular } = orderBatch(jobs);
  const sheet = new VerdictSheet();
  const sent = places.filter((place) => {
    const refused = ownRefusal(jobs[place] as NewJob, circular.has(place));
    if (refused !== undefined) sheet.verdicts[place] = refused;
    return refused === undefined;
  });
  for (const wave of parts.isCluster ? wavesOf(jobs, sent) : [sent]) {
    sheet.ask(wave, (batch) =>
      byQueue(parts.isCluster, jobsAt(jobs, batch), (some) => enqueueAny(parts, some, false)),
    );
    await sheet.complete();
  }
  return sheet.verdicts;
}

/** All or nothing, in one call of the script however many there are. */
async function addAtomic(parts: QueueParts, jobs: readonly NewJob[]): Promise<EnqueueVerdict[]> {
  if (parts.isCluster && placesByQueue(jobs).size > 1)
    throw manySlots('enqueue a batch whole on several queues');
  const { places, circular } = orderBatch(jobs);
  const refused = jobs.map(
    (job, place) => ownRefusal(job, circular.has(place)) ?? (parts.isCluster ? slotRefusal(job) : undefined),
  );
  if (refused.some((verdict) => verdict !== undefined)) {
    return refused.map((verdict) => verdict ?? refusedWithBatch());
  }
  const answers = await enqueueAny(parts, jobsAt(jobs, places), true);
  const verdicts: EnqueueVerdict[] = [];
  putVerdicts(verdicts, places, answers);
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

async function enqueueAny(
  parts: QueueParts,
  jobs: readonly NewJob[],
  isAtomic: boolean,
): Promise<EnqueueVerdict[]> {
  const { caller, scripts } = parts;
  const queues = jobs.map(({ queue }) => queue);
  const args = [isAtomic ? 1 : 0, jobs.length, ...jobs.flatMap((job) => jobArguments(parts, job))];
  const answers = (await caller.run(scripts.enqueue, queues, args)) as Buffer[];
  const words = answers.map((answer) => answer.toString());
  const verdicts = words.map((word, place) => verdictOf(word, jobs[place] as NewJob));
  const unsettled = [...words.keys()].filter((place) => UNSETTLED.has(words[place]?.[0] as string));
  if (unsettled.length > 0) await settle(parts, jobs, words, verdicts, unsettled);
  return verdicts;
}

/** Of jobs, created, existing or replaced, that are there and have yet to be registered with parents on other queues. */
const UNSETTLED: ReadonlySet<string> = new Set('ijk');

/** Registers them. One that is refused thereby is gone: whoever was told of it as existing has its own taken in its place. */
async function settle(
  parts: QueueParts,
  jobs: readonly NewJob[],
  words: readonly string[],
  verdicts: EnqueueVerdict[],
  places: readonly number[],
): Promise<void> {
  const ids = places.map((place) => (words[place] as string).slice(1));
  const parents = await registerJobs(parts, (jobs[0] as NewJob).queue, ids);
  for (const [n, place] of places.entries()) {
    const parent = parents[n];
    if (parent === undefined) continue;
    const isOwn = (words[place] as string).startsWith('i');
    verdicts[place] = isOwn
      ? refusal('TASKS_DEPENDENCY_UNKNOWN', parent)
      : ((await enqueueAny(parts, [jobs[place] as NewJob], false))[0] as EnqueueVerdict);
  }
}

function verdictOf(answer: string, job: NewJob): EnqueueVerdict {
  const id = unpackId(answer.slice(1));
  switch (answer[0]) {
    case 'c':
    case 'i':
      return { status: 'created', id: job.id };
    case 'e':
    case 'j':
      return { status: 'existing', id };
    case 'p':
    case 'k':
      return { status: 'replaced', id };
    case 'u':
      return refusal('TASKS_DEPENDENCY_UNKNOWN', id);
    case 'q':
      return refusal('TASKS_QUEUE_FULL', job.queue);
    default:
      return refusedWithBatch();
  }
}

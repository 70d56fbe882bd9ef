import type { EnqueueCallOptions, EnqueueVerdict, NewJob, Transaction } from '../../contract/index.js';
import { orderBatch } from '../batch-order.js';
import { jobsAt, placesByQueue, putVerdicts } from '../batch-places.js';
import { flawOf } from '../job-flaw.js';
import { ownRefusal, refusal, refusedWithBatch } from '../refusals.js';
import { enqueueAndClaim } from './enqueue-and-claim.js';
import { givenJob } from './given-job.js';
import { fromText, toText } from './job-text.js';
import { isPlain } from './job-words.js';
import { alikeValues, plainValue, plainValues } from './plain-jobs.js';
import type { QueueParts } from './queue-parts.js';
import type { SqlValues } from './sql-driver.js';
import type { SqlStatement } from './sql-statement.js';

/** Jobs of one statement: a server works on it as one step, and locks what it touches for as long. */
const AT_ONCE = 1_000;

/** Adds jobs in their order. */
export async function enqueueJobs(
  parts: QueueParts,
  jobs: readonly NewJob[],
  { atomic, tx }: EnqueueCallOptions = {},
): Promise<EnqueueVerdict[]> {
  if (jobs.length === 0) return [];
  if (atomic === true) return addWhole(parts, jobs, tx);
  return jobs.every((job) => isPlain(job) && flawOf(job) === undefined)
    ? addPlain(parts, jobs, tx)
    : addInOrder(parts, jobs, tx);
}

/** Plain jobs, each queue's by a statement of its own. */
async function addPlain(
  parts: QueueParts,
  jobs: readonly NewJob[],
  tx: Transaction | undefined,
): Promise<EnqueueVerdict[]> {
  const verdicts: EnqueueVerdict[] = [];
  for (const [queue, places] of placesByQueue(jobs)) {
    for (let from = 0; from < places.length; from += AT_ONCE) {
      const some = places.slice(from, from + AT_ONCE);
      const answers = await addPlainTo(parts, queue, jobsAt(jobs, some), tx);
      putVerdicts(verdicts, some, answers);
    }
  }
  return verdicts;
}

interface PlainAnswer {
  /** Nothing: the queue has limits that a plain statement does not look at. */
  readonly added: number | null;
  readonly existing: readonly string[] | null;
}

interface OneAnswer {
  /** Nothing: as above. */
  readonly is_added: boolean | null;
}

async function addPlainTo(
  parts: QueueParts,
  queue: string,
  jobs: readonly NewJob[],
  tx: Transaction | undefined,
): Promise<EnqueueVerdict[]> {
  const [job] = jobs;
  if (jobs.length === 1 && job !== undefined) return [await addOneTo(parts, queue, job, tx)];
  const { statement, values } = plainCall(parts, queue, jobs);
  const { added, existing } = await parts.calls.row<PlainAnswer>(statement, [queue], values, tx);
  if (added === null) return send(parts, 'enqueueJobs', jobs, tx);
  const found = new Set(existing);
  return jobs.map(({ id }) => ({ status: found.has(toText(id)) ? 'existing' : 'created', id }));
}

async function addOneTo(
  parts: QueueParts,
  queue: string,
  job: NewJob,
  tx: Transaction | undefined,
): Promise<EnqueueVerdict> {
  const isAdded = await addOne(parts, queue, job, tx);
  if (isAdded !== null) return { status: isAdded ? 'created' : 'existing', id: job.id };
  const [verdict] = await send(parts, 'enqueueJobs', [job], tx);
  return verdict as EnqueueVerdict;
}

/** Alone, or with the claim that it has called for. @returns as `enqueue_one` answers */
async function addOne(
  parts: QueueParts,
  queue: string,
  job: NewJob,
  tx: Transaction | undefined,
): Promise<boolean | null> {
  const { calls, names, statements, companions } = parts;
  const inStore = names.inStore(queue);
  const isDue = tx === undefined && job.delay === undefined && job.dueAt === undefined;
  const called = isDue ? companions.call(queue, inStore) : undefined;
  // Without an `await` where nobody was called: the call is on its way when this returns.
  const companion = called && (await called);
  if (companion !== undefined) return enqueueAndClaim(parts, inStore, job, companion);
  const { is_added } = await calls.row<OneAnswer>(
    statements.enqueueOne,
    [queue],
    plainValue(inStore, job),
    tx,
  );
  return is_added;
}

/** The narrower of the statements for several plain jobs. */
function plainCall(
  { names, statements }: QueueParts,
  queue: string,
  jobs: readonly NewJob[],
): { readonly statement: SqlStatement; readonly values: SqlValues } {
  const name = names.inStore(queue);
  const alike = alikeValues(name, jobs);
  return alike === undefined
    ? { statement: statements.enqueuePlain, values: plainValues(name, jobs) }
    : { statement: statements.enqueueAlike, values: alike };
}

/** Jobs of whatever kind. Within the batch a job comes after those that it depends on. */
async function addInOrder(
  parts: QueueParts,
  jobs: readonly NewJob[],
  tx: Transaction | undefined,
): Promise<EnqueueVerdict[]> {
  const { places, circular } = orderBatch(jobs);
  const verdicts: EnqueueVerdict[] = [];
  const sent = places.filter((place) => {
    const refused = ownRefusal(jobs[place] as NewJob, circular.has(place));
    if (refused !== undefined) verdicts[place] = refused;
    return refused === undefined;
  });
  for (let from = 0; from < sent.length; from += AT_ONCE) {
    const some = sent.slice(from, from + AT_ONCE);
    const answers = await send(parts, 'enqueueJobs', jobsAt(jobs, some), tx);
    putVerdicts(verdicts, some, answers);
  }
  return verdicts;
}

/** All or nothing, in one statement however many there are. */
async function addWhole(
  parts: QueueParts,
  jobs: readonly NewJob[],
  tx: Transaction | undefined,
): Promise<EnqueueVerdict[]> {
  const { places, circular } = orderBatch(jobs);
  const refused = jobs.map((job, place) => ownRefusal(job, circular.has(place)));
  if (refused.some((verdict) => verdict !== undefined)) {
    return refused.map((verdict) => verdict ?? refusedWithBatch());
  }
  const answers = await send(parts, 'enqueueWhole', jobsAt(jobs, places), tx);
  const verdicts: EnqueueVerdict[] = [];
  putVerdicts(verdicts, places, answers);
  return verdicts;
}

/** Within a transaction of the caller's no lock of a queue is taken: the caller may hold it for long. */
const WITHIN = { enqueueJobs: 'enqueueWithin', enqueueWhole: 'enqueueWholeWithin' } as const;

async function send(
  { calls, names, statements }: QueueParts,
  how: keyof typeof WITHIN,
  jobs: readonly NewJob[],
  tx: Transaction | undefined,
): Promise<EnqueueVerdict[]> {
  const statement = statements[tx === undefined ? how : WITHIN[how]];
  const queues = jobs.map(({ queue }) => queue);
  const values = [JSON.stringify(jobs.map((job) => givenJob(job, names)))];
  const { verdicts } = await calls.row<{ verdicts: readonly string[] }>(statement, queues, values, tx);
  return verdicts.map((answer, place) => verdictOf(answer, jobs[place] as NewJob));
}

function verdictOf(answer: string, job: NewJob): EnqueueVerdict {
  const id = fromText(answer.slice(1));
  switch (answer[0]) {
    case 'c':
    case 'x':
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

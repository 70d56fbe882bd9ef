import type { NewJob } from '../../contract/index.js';
import { toText } from './job-text.js';
import { maxStalledOf, toBound, toHeaders } from './job-words.js';
import { PackedArray } from './packed-array.js';
import type { SqlValues } from './sql-driver.js';
import { toStored } from './stored-payload.js';

/** The columns of a plain job, as `enqueue_one` takes them after the queue. */
function columnsOf(job: NewJob): SqlValues {
  return [...columnsOfDue(job), job.delay ?? null, job.dueAt ?? null];
}

/** Those of one that is due at once. */
function columnsOfDue(job: NewJob): SqlValues {
  const { text, raw } = toStored(job.payload);
  return [
    toText(job.id),
    toText(job.name),
    toText(job.codec),
    job.version,
    job.priority,
    toBound(job.maxRetries),
    maxStalledOf(job),
    job.timeout ?? null,
    toHeaders(job.headers),
    text,
    raw,
  ];
}

/** A plain job as `enqueue_one` takes it. @param queue As the database calls it. */
export function plainValue(queue: string, job: NewJob): SqlValues {
  return [queue, ...columnsOf(job)];
}

/** One that is due at once, as `enqueue_and_claim` takes it. @param queue As the database calls it. */
export function plainValueDue(queue: string, job: NewJob): SqlValues {
  return [queue, ...columnsOfDue(job)];
}

/** Which of the columns are long texts, and worth packing. */
const PACKED: ReadonlySet<number> = new Set([0, 9]);

/** Plain jobs of one queue as `enqueue_plain` takes them: an array for each column. @param queue As the database calls it. */
export function plainValues(queue: string, jobs: readonly NewJob[]): SqlValues {
  const rows = jobs.map(columnsOf);
  const columns =
    rows[0]?.map((_, column) => {
      const items = rows.map((row) => row[column]);
      return PACKED.has(column) ? new PackedArray('text', items as (string | null)[]) : items;
    }) ?? [];
  return [queue, ...columns];
}

/**
 * The same as `enqueue_alike` takes them: of most batches all jobs are calls of one task, and only their ids and payloads differ.
 * @returns undefined where something else does, or one is due later
 */
export function alikeValues(queue: string, jobs: readonly NewJob[]): SqlValues | undefined {
  const [first] = jobs;
  if (first === undefined || !jobs.every((job) => isLike(job, first))) return undefined;
  const payloads: (string | null)[] = [];
  for (const { payload } of jobs) {
    const { text, raw } = toStored(payload);
    if (raw !== null) return undefined;
    payloads.push(text);
  }
  const ids = jobs.map(({ id }) => toText(id));
  return [
    queue,
    toText(first.name),
    toText(first.codec),
    first.version,
    first.priority,
    toBound(first.maxRetries),
    maxStalledOf(first),
    first.timeout ?? null,
    new PackedArray('text', ids),
    new PackedArray('text', payloads),
  ];
}

function isLike(job: NewJob, first: NewJob): boolean {
  return (
    job.name === first.name &&
    job.codec === first.codec &&
    job.version === first.version &&
    job.priority === first.priority &&
    job.maxRetries === first.maxRetries &&
    job.maxStalled === first.maxStalled &&
    job.timeout === first.timeout &&
    job.headers === undefined &&
    job.delay === undefined &&
    job.dueAt === undefined
  );
}

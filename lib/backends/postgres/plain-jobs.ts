import type { NewJob } from '../../contract/index.js';
import { toText } from './job-text.js';
import { maxStalledOf, toBound, toHeaders } from './job-words.js';
import type { SqlValues } from './sql-driver.js';
import { toStored } from './stored-payload.js';

/** The columns of a plain job, as `enqueue_one` takes them after the queue. */
function columnsOf(job: NewJob): SqlValues {
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
    job.delay ?? null,
    job.dueAt ?? null,
  ];
}

/** A plain job as `enqueue_one` takes it. @param queue As the database calls it. */
export function plainValue(queue: string, job: NewJob): SqlValues {
  return [queue, ...columnsOf(job)];
}

/** Plain jobs of one queue as `enqueue_plain` takes them: an array for each column. @param queue As the database calls it. */
export function plainValues(queue: string, jobs: readonly NewJob[]): SqlValues {
  const rows = jobs.map(columnsOf);
  const columns = rows[0]?.map((_, column) => rows.map((row) => row[column])) ?? [];
  return [queue, ...columns];
}

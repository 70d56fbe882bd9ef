import { JOB_STATES, type JobQuery, type JobRecord, type Page } from '../../contract/index.js';
import { TaskValidationError } from '../../errors/index.js';
import type { QueueParts } from './queue-parts.js';
import type { JobRecords, PackedRecord } from './job-records.js';
import { LETTER_OF } from './state-letters.js';

const DEFAULT_LIMIT = 100;
const LARGEST_LIMIT = 1_000;

type Reply = readonly [records: readonly PackedRecord[], places: readonly Buffer[], hasMore: Buffer];

/** Lists jobs, each state in its own order. A page holds less than its limit where some are of other tasks. */
export async function findJobs(
  parts: QueueParts,
  records: JobRecords,
  query: JobQuery,
): Promise<Page<JobRecord>> {
  const { queue, states = JOB_STATES, name, before, olderThan, order = 'newest' } = query;
  const limit = Math.min(LARGEST_LIMIT, Math.max(1, query.limit ?? DEFAULT_LIMIT));
  const letters = JOB_STATES.filter((state) => states.includes(state)).map((state) => LETTER_OF[state]);
  const after = query.cursor === undefined ? ['', '', ''] : parseCursor(query.cursor);
  const [packed, places, hasMore] = (await parts.caller.run(
    parts.scripts.find,
    [queue],
    [
      parts.keys.onServer(queue),
      letters.join(''),
      order === 'oldest' ? 1 : 0,
      limit,
      before ?? '',
      olderThan ?? '',
      ...after,
    ],
  )) as Reply;
  const items = packed
    .flatMap((one) => records.read(queue, one) ?? [])
    .filter((record) => name === undefined || record.name === name);
  const last = places.slice(-3).map((part) => part.toString());
  return hasMore.toString() === '1' ? { items, cursor: JSON.stringify(last) } : { items };
}

/** @throws TaskValidationError for what no page of this backend has brought */
function parseCursor(cursor: string): string[] {
  try {
    const parts: unknown = JSON.parse(cursor);
    if (Array.isArray(parts) && parts.length === 3 && parts.every((part) => typeof part === 'string'))
      return parts;
  } catch {
    // Said below.
  }
  throw new TaskValidationError('The cursor is not from a page of this backend.');
}

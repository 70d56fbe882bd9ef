import { JOB_STATES, type JobQuery, type JobRecord, type Page } from '../../contract/index.js';
import { TaskValidationError } from '../../errors/index.js';
import { jobRecord, type RecordRow } from './job-records.js';
import type { QueueParts } from './queue-parts.js';

const DEFAULT_LIMIT = 100;
const LARGEST_LIMIT = 1_000;

type FoundRow = RecordRow & {
  readonly listed_state: string;
  readonly rank: string;
  readonly rank_place: string;
  readonly listed_id: string;
  readonly has_more: boolean;
};

/** Where a page ends: state, rank, order and id. */
type Place = readonly [state: string, rank: string, order: string, id: string];

/** Lists jobs, each state in its own order. A page holds less than its limit where some are of other tasks. */
export async function findJobs(
  { calls, names, statements }: QueueParts,
  query: JobQuery,
): Promise<Page<JobRecord>> {
  const { queue, states = JOB_STATES, name, before, olderThan, order = 'newest' } = query;
  const limit = Math.min(LARGEST_LIMIT, Math.max(1, query.limit ?? DEFAULT_LIMIT));
  const [state, rank, place, id] = query.cursor === undefined ? [] : parseCursor(query.cursor);
  const rows = await calls.rows<FoundRow>(
    statements.find,
    [queue],
    [
      names.inStore(queue),
      JOB_STATES.filter((one) => states.includes(one)),
      order === 'oldest',
      limit,
      before === undefined ? null : Math.ceil(before),
      olderThan ?? null,
      state ?? null,
      state === undefined ? null : [rank, place],
      id ?? null,
    ],
  );
  const found = rows.filter((row) => !row.has_more);
  const records = found.filter(({ id: kept }) => kept !== null).map((row) => jobRecord(row, names));
  const items = records.filter((record) => name === undefined || record.name === name);
  const last = found.at(-1);
  return last === undefined || found.length === rows.length ? { items } : { items, cursor: toCursor(last) };
}

function toCursor({ listed_state, rank, rank_place, listed_id }: FoundRow): string {
  const place: Place = [listed_state, rank, rank_place, listed_id];
  return JSON.stringify(place);
}

/** @throws TaskValidationError for what no page of this backend has brought */
function parseCursor(cursor: string): Place {
  try {
    const parts: unknown = JSON.parse(cursor);
    if (isPlace(parts)) return parts;
  } catch {
    // Said below.
  }
  throw new TaskValidationError('The cursor is not from a page of this backend.');
}

function isPlace(parts: unknown): parts is Place {
  if (!Array.isArray(parts) || parts.length !== 4) return false;
  const [state, rank, order, id] = parts as unknown[];
  const isNumber = (part: unknown): boolean => typeof part === 'string' && /^-?\d{1,18}$/.test(part);
  return (
    JOB_STATES.some((one) => one === state) && isNumber(rank) && isNumber(order) && typeof id === 'string'
  );
}

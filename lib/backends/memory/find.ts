import type { JobQuery, JobRecord, JobState, Page } from '../../contract/index.js';
import type { JobEntry } from './job-entry.js';
import { jobRecord } from './job-view.js';
import type { MemoryQueue } from './memory-queue.js';
import { isFinishedCode, stateCode } from './state-code.js';

const DEFAULT_LIMIT = 100;
const LARGEST_LIMIT = 1_000;

/** Lists jobs by the moment at which they finished, or were created if they have not; ties by order of creation. */
export function findJobs(queue: MemoryQueue, query: JobQuery): Page<JobRecord> {
  const limit = Math.min(LARGEST_LIMIT, Math.max(1, query.limit ?? DEFAULT_LIMIT));
  const direction = query.order === 'oldest' ? 1 : -1;
  const after = query.cursor === undefined ? undefined : parseCursor(query.cursor);
  const compare = (a: Place, b: Place) => direction * (a.moment - b.moment || a.ordinal - b.ordinal);
  const matches: (Place & { readonly entry: JobEntry })[] = [];
  for (const entry of candidates(queue, query.states)) {
    if (query.name !== undefined && entry.kind.name !== query.name) continue;
    const place = { moment: listedAt(entry), ordinal: entry.ordinal, entry };
    if (query.before !== undefined && place.moment >= query.before) continue;
    if (after !== undefined && compare(place, after) <= 0) continue;
    matches.push(place);
  }
  matches.sort(compare);
  const page = matches.slice(0, limit);
  const last = page.at(-1);
  const items = page.map(({ entry }) => jobRecord(entry));
  return last === undefined || matches.length <= limit ? { items } : { items, cursor: toCursor(last) };
}

interface Place {
  readonly moment: number;
  readonly ordinal: number;
}

function listedAt(entry: JobEntry): number {
  return isFinishedCode(entry.state) ? entry.moment : entry.createdAt;
}

function* candidates(
  queue: MemoryQueue,
  states: readonly JobState[] | undefined,
): IterableIterator<JobEntry> {
  const wanted = states && new Set(states.map(stateCode));
  for (const entry of queue.jobs.values()) if (wanted?.has(entry.state) !== false) yield entry;
}

function toCursor({ moment, ordinal }: Place): string {
  return `${moment}:${ordinal}`;
}

function parseCursor(cursor: string): Place {
  const [moment, ordinal] = cursor.split(':').map(Number);
  return { moment: moment ?? 0, ordinal: ordinal ?? 0 };
}

import type { JobQuery, JobRecord, Page } from '../../contract/index.js';
import type { JobEntry } from './job-entry.js';
import { jobRecord } from './job-view.js';
import { jobsIn } from './jobs-in.js';
import { comparePlaces, type ListPlace, listPlace, parseCursor, toCursor } from './list-place.js';
import type { MemoryQueue } from './memory-queue.js';
import { isFinishedCode } from './state-code.js';

const DEFAULT_LIMIT = 100;
const LARGEST_LIMIT = 1_000;

/** Lists jobs, each state in its own order; ties by order of creation. */
export function findJobs(queue: MemoryQueue, query: JobQuery, now: number): Page<JobRecord> {
  const limit = Math.min(LARGEST_LIMIT, Math.max(1, query.limit ?? DEFAULT_LIMIT));
  const first = new FirstPlaces(limit + 1, query.order === 'oldest' ? 1 : -1);
  const after = query.cursor === undefined ? undefined : parseCursor(query.cursor);
  const finishedBefore = latestEnd(queue, query, now);
  for (const entry of jobsIn(queue, query.states)) {
    if (query.name !== undefined && entry.kind.name !== query.name) continue;
    if (finishedBefore !== undefined && !(isFinishedCode(entry.state) && entry.moment < finishedBefore))
      continue;
    const place = listPlace(entry);
    if (after === undefined || first.compare(after, place) < 0) first.add({ ...place, entry });
  }
  const found = first.sorted();
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const items = page.map(({ entry }) => jobRecord(entry));
  return last === undefined || found.length <= limit ? { items } : { items, cursor: toCursor(last) };
}

/** The moment before which a listed job has finished, as the queue counts moments. */
function latestEnd(queue: MemoryQueue, { before, olderThan }: JobQuery, now: number): number | undefined {
  if (before === undefined && olderThan === undefined) return undefined;
  const byAge = olderThan === undefined ? Infinity : now - olderThan + 1;
  return Math.min(before === undefined ? Infinity : before - queue.epoch, byAge);
}

interface EntryPlace extends ListPlace {
  readonly entry: JobEntry;
}

/** The first so many places of however many: what cannot be among them is dropped in passing. */
class FirstPlaces {
  private kept: EntryPlace[] = [];

  constructor(
    private readonly count: number,
    private readonly direction: 1 | -1,
  ) {}

  readonly compare = (a: ListPlace, b: ListPlace): number => comparePlaces(a, b, this.direction);

  add(place: EntryPlace): void {
    this.kept.push(place);
    if (this.kept.length >= 4 * this.count) this.kept = this.sorted();
  }

  sorted(): EntryPlace[] {
    return this.kept.toSorted(this.compare).slice(0, this.count);
  }
}

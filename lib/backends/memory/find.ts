import type { JobQuery, JobRecord, Page } from '../../contract/index.js';
import { TaskValidationError } from '../../errors/index.js';
import type { JobEntry } from './job-entry.js';
import { jobRecord } from './job-view.js';
import { jobsIn } from './jobs-in.js';
import type { MemoryQueue } from './memory-queue.js';
import { isFinishedCode } from './state-code.js';

const DEFAULT_LIMIT = 100;
const LARGEST_LIMIT = 1_000;

/** Lists jobs by the moment at which they finished, or were created if they have not; ties by order of creation. */
export function findJobs(queue: MemoryQueue, query: JobQuery): Page<JobRecord> {
  const limit = Math.min(LARGEST_LIMIT, Math.max(1, query.limit ?? DEFAULT_LIMIT));
  const first = new FirstPlaces(limit + 1, query.order === 'oldest' ? 1 : -1);
  const after = query.cursor === undefined ? undefined : parseCursor(query.cursor);
  for (const entry of jobsIn(queue, query.states)) {
    if (query.name !== undefined && entry.kind.name !== query.name) continue;
    const place = { moment: listedAt(entry), ordinal: entry.ordinal, entry };
    if (query.before !== undefined && place.moment + queue.epoch >= query.before) continue;
    if (after === undefined || first.compare(after, place) < 0) first.add(place);
  }
  const found = first.sorted();
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const items = page.map(({ entry }) => jobRecord(entry));
  return last === undefined || found.length <= limit ? { items } : { items, cursor: toCursor(last) };
}

interface Place {
  readonly moment: number;
  readonly ordinal: number;
}

interface EntryPlace extends Place {
  readonly entry: JobEntry;
}

/** The first so many places of however many: what cannot be among them is dropped in passing. */
class FirstPlaces {
  private kept: EntryPlace[] = [];

  constructor(
    private readonly count: number,
    private readonly direction: 1 | -1,
  ) {}

  readonly compare = (a: Place, b: Place): number =>
    this.direction * (a.moment - b.moment || a.ordinal - b.ordinal);

  add(place: EntryPlace): void {
    this.kept.push(place);
    if (this.kept.length >= 4 * this.count) this.kept = this.sorted();
  }

  sorted(): EntryPlace[] {
    return this.kept.toSorted(this.compare).slice(0, this.count);
  }
}

function listedAt(entry: JobEntry): number {
  return isFinishedCode(entry.state) ? entry.moment : entry.createdAt;
}

function toCursor({ moment, ordinal }: Place): string {
  return `${moment}:${ordinal}`;
}

function parseCursor(cursor: string): Place {
  const [moment, ordinal] = cursor.split(':').map(Number);
  if (!Number.isFinite(moment) || !Number.isFinite(ordinal)) {
    throw new TaskValidationError('The cursor is not from a page of this backend.');
  }
  return { moment: moment as number, ordinal: ordinal as number };
}

import { type Job, JOB_STATES, type JobQuery } from '../contract/index.js';
import type { TaskQueue } from '../queue/index.js';
import { refuse } from './exit-codes.js';

type Query = Omit<JobQuery, 'queue' | 'limit' | 'cursor'>;

/** Where each queue goes on; `null`: it has nothing more. */
type Positions = Readonly<Record<string, string | null>>;

interface Part {
  readonly items: readonly Job[];
  readonly cursor: string | null;
}

export interface JobPage {
  readonly jobs: readonly Job[];
  /** What `--cursor` takes for the next page; undefined on the last one. */
  readonly cursor: string | undefined;
}

/**
 * A page of jobs over several queues, each in its own order, states as they stand in `JOB_STATES`. The cursor holds one of each queue: where only
 * a part of what was read came on the page, that part is read again, so that its cursor stands behind it.
 */
export async function jobPage(
  queues: readonly TaskQueue[],
  query: Query,
  limit: number,
  cursor: string | undefined,
): Promise<JobPage> {
  const positions = readPositions(cursor);
  const open = queues.filter(({ name }) => positions[name] !== null);
  const parts = await Promise.all(open.map((queue) => read(queue, query, limit, positions[queue.name])));
  const taken = merge(
    parts.map(({ items }) => items),
    limit,
    query.order === 'oldest' ? 1 : -1,
  );
  const next: Record<string, string | null> = { ...positions };
  await Promise.all(
    open.map(async (queue, place) => {
      const part = parts[place] as Part;
      const used = taken.counts[place] as number;
      if (used === part.items.length) next[queue.name] = part.cursor;
      else if (used > 0) next[queue.name] = (await read(queue, query, used, positions[queue.name])).cursor;
    }),
  );
  const isOver = queues.every(({ name }) => next[name] === null);
  return { jobs: taken.jobs, cursor: isOver ? undefined : encode(next) };
}

/** Up to so many of one queue: a page of a store may be short, and have a cursor all the same. */
async function read(
  queue: TaskQueue,
  query: Query,
  limit: number,
  position: string | null | undefined,
): Promise<Part> {
  const items: Job[] = [];
  let cursor = position ?? undefined;
  do {
    const page = await queue.jobs({
      ...query,
      limit: limit - items.length,
      ...(cursor === undefined ? {} : { cursor }),
    });
    items.push(...page.items);
    ({ cursor } = page);
  } while (cursor !== undefined && items.length < limit);
  return { items, cursor: cursor ?? null };
}

/** Takes always the head that comes first by its state, then by its moment, so that each queue keeps its order. */
function merge(
  lists: readonly (readonly Job[])[],
  limit: number,
  direction: 1 | -1,
): { readonly jobs: readonly Job[]; readonly counts: readonly number[] } {
  const counts = lists.map(() => 0);
  const jobs: Job[] = [];
  while (jobs.length < limit) {
    let best: { readonly job: Job; readonly place: number } | undefined;
    for (const [place, list] of lists.entries()) {
      const job = list[counts[place] as number];
      if (job !== undefined && (best === undefined || compare(job, best.job, direction) < 0))
        best = { job, place };
    }
    if (best === undefined) break;
    jobs.push(best.job);
    counts[best.place] = (counts[best.place] as number) + 1;
  }
  return { jobs, counts };
}

const compare = (a: Job, b: Job, direction: 1 | -1): number =>
  JOB_STATES.indexOf(a.status) - JOB_STATES.indexOf(b.status) || direction * (momentOf(a) - momentOf(b));

const momentOf = ({ completedAt, scheduledAt, startedAt, createdAt }: Job): number =>
  Number(completedAt ?? scheduledAt ?? startedAt ?? createdAt);

const encode = (positions: Positions): string => Buffer.from(JSON.stringify(positions)).toString('base64url');

function readPositions(cursor: string | undefined): Positions {
  if (cursor === undefined) return {};
  try {
    const positions: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (arePositions(positions)) return positions;
  } catch {
    // Refused below.
  }
  return refuse('That is no --cursor.', 'Take the one that the page before has told.');
}

function arePositions(value: unknown): value is Positions {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((position) => position === null || typeof position === 'string');
}

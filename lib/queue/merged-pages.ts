import type { JobQuery, JobRecord, Page } from '../contract/index.js';
import { InvalidOptionError } from '../errors/index.js';
import type { StoreLink } from '../state/index.js';

/** One queue of a merged list. */
export interface Source {
  readonly store: StoreLink;
  readonly query: JobQuery;
}

/** Where each queue of a merged list goes on; `null`: it has nothing more. */
type Positions = Readonly<Record<string, string | null>>;

/**
 * One page over several queues, newest first. Its cursor holds a cursor of each queue; a queue of which only a part of what
 * was read came on the page is asked again for that part, so that its cursor stands behind it.
 */
export async function mergedPage(
  sources: readonly Source[],
  limit: number,
  cursor: string | undefined,
): Promise<Page<JobRecord>> {
  const positions = readPositions(cursor);
  const open = sources.filter(({ query }) => positions[query.queue] !== null);
  const pages = await Promise.all(open.map((source) => read(source, limit, positions[source.query.queue])));
  const merged = pages
    .flatMap(({ items }) => items)
    .toSorted((a, b) => (b.finishedAt ?? 0) - (a.finishedAt ?? 0));
  const items = merged.slice(0, limit);
  const next: Record<string, string | null> = { ...positions };
  await Promise.all(
    open.map(async (source, place) => {
      const { queue } = source.query;
      const page = pages[place] as Page<JobRecord>;
      const used = items.filter((record) => record.queue === queue).length;
      if (used === 0 && page.items.length > 0) return;
      const behind = used === page.items.length ? page : await read(source, used, positions[queue]);
      next[queue] = behind.cursor ?? null;
    }),
  );
  const isOver = sources.every(({ query }) => next[query.queue] === null);
  return isOver ? { items } : { items, cursor: Buffer.from(JSON.stringify(next)).toString('base64url') };
}

function read(
  { store, query }: Source,
  limit: number,
  cursor: string | null | undefined,
): Promise<Page<JobRecord>> {
  return store.queue.find(typeof cursor === 'string' ? { ...query, limit, cursor } : { ...query, limit });
}

function readPositions(cursor: string | undefined): Positions {
  if (cursor === undefined) return {};
  try {
    const positions: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof positions === 'object' && positions !== null) return positions as Positions;
  } catch {
    // Refused below.
  }
  throw new InvalidOptionError([{ path: 'cursor', message: 'must come from the page before' }]);
}

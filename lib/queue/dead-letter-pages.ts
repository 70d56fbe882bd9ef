import type { JobQuery, JobRecord, Ms } from '../contract/index.js';
import type { StoreLink } from '../state/index.js';

/** Dead letters of a page when all are gone through. */
const PAGE = 500;

/** Which dead letters of one queue. */
export interface DeadLetterFilter {
  readonly name?: string | undefined;
  /** Failed at least this long ago. */
  readonly olderThan?: Ms | undefined;
}

export function deadLetterQuery(queue: string, { name, olderThan }: DeadLetterFilter): JobQuery {
  return {
    queue,
    states: ['failed'],
    ...(name === undefined ? {} : { name }),
    ...(olderThan === undefined ? {} : { olderThan }),
  };
}

/** Goes through the dead letters of a queue, newest first, a page at a time. What fails meanwhile is not among them. */
export async function* deadLetterPages(
  store: StoreLink,
  queue: string,
  filter: DeadLetterFilter,
): AsyncGenerator<readonly JobRecord[]> {
  const query = { ...deadLetterQuery(queue, filter), limit: PAGE };
  let { items, cursor } = await store.queue.find(query);
  while (items.length > 0) {
    yield items;
    if (cursor === undefined) return;
    ({ items, cursor } = await store.queue.find({ ...query, cursor }));
  }
}

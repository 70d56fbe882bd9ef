import type { QueueStatus } from '../contract/index.js';
import type { QueueDirectory, StoreLink } from './store-link.js';

/** Queues at a glance, by name: one call a backend, however many queues. @throws UnknownQueueError */
export async function inspectQueues(
  directory: QueueDirectory,
  names: readonly string[],
): Promise<ReadonlyMap<string, QueueStatus>> {
  const byStore = new Map<StoreLink, string[]>();
  for (const name of names) {
    const store = directory.storeOf(name);
    const known = byStore.get(store);
    if (known === undefined) byStore.set(store, [name]);
    else known.push(name);
  }
  const found = await Promise.all(
    [...byStore].map(async ([store, queues]) => {
      const statuses = await store.queue.inspect(queues);
      return queues.map((queue, place) => [queue, statuses[place] as QueueStatus] as const);
    }),
  );
  return new Map(found.flat());
}

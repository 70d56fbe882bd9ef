import type { JobRecord, JobRef } from '../contract/index.js';
import type { QueueDirectory, StoreLink } from './store-link.js';

/**
 * Finds a job by its bare id on the queues that the app declares: one call a backend, whatever the number of queues.
 *
 * @param queue Looks on this queue alone.
 * @throws UnknownQueueError
 */
export async function locateJob(
  directory: QueueDirectory,
  id: string,
  queue?: string,
): Promise<JobRecord | undefined> {
  return (await locateJobs(directory, id, queue))[0];
}

/** The same where the id could be on several queues: all jobs that have it, in the order of their queues' declaration. */
export async function locateJobs(
  directory: QueueDirectory,
  id: string,
  queue?: string,
): Promise<JobRecord[]> {
  if (queue !== undefined) {
    const record = await directory.storeOf(queue).records.get({ queue: directory.ownName(queue), id });
    return record === undefined ? [] : [record];
  }
  const found = await Promise.all(
    [...queuesByStore(directory)].map(([store, queues]) =>
      store.queue.get(queues.map((name): JobRef => ({ queue: name, id }))),
    ),
  );
  return found.flat().filter((record) => record !== undefined);
}

/** The declared queues of each backend, in the order of their declaration. */
export function queuesByStore(directory: QueueDirectory): Map<StoreLink, string[]> {
  const byStore = new Map<StoreLink, string[]>();
  for (const name of directory.names()) {
    const store = directory.storeOf(name);
    const queues = byStore.get(store);
    if (queues === undefined) byStore.set(store, [name]);
    else queues.push(name);
  }
  return byStore;
}

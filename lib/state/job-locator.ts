import type { JobRecord, JobRef } from '../contract/index.js';
import { TaskValidationError } from '../errors/index.js';
import type { QueueDirectory, StoreLink } from './store-link.js';

/**
 * Finds a job by its bare id on the queues that the app declares: one call a backend, whatever the number of queues.
 *
 * @param queue Looks on this queue alone.
 * @throws UnknownQueueError; TaskValidationError when several queues have a job of the id: taking one of them could cancel or
 * delete the wrong one
 */
export async function locateJob(
  directory: QueueDirectory,
  id: string,
  queue?: string,
): Promise<JobRecord | undefined> {
  const records = await locateJobs(directory, id, queue);
  if (records.length < 2) return records[0];
  const queues = records.map((record) => `"${record.queue}"`).join(' and ');
  const message = `Job "${id}" is on the queues ${queues}, which ids are unique within: say which one.`;
  throw new TaskValidationError(message, {
    issues: [{ path: 'queue', message: `is needed to tell the jobs "${id}" of ${queues} apart` }],
    remedy: 'Name the queue in the call, or ask the queue itself: `queue.get(id)`.',
  });
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
  const records = found.flat().filter((record) => record !== undefined);
  const order = directory.names();
  return records.length < 2
    ? records
    : records.toSorted((a, b) => order.indexOf(a.queue) - order.indexOf(b.queue));
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

import { BackendCallError, BackendUnavailableError } from '../../../errors/index.js';
import { unpackId } from '../packed-id.js';
import type { QueueParts } from '../queue-parts.js';
import type { SlotCaller } from './slot-caller.js';

/** Another process may stand between: what it does is seen at the next look. */
const LOOKS = 3;

/** What the server says of jobs that had to be registered with parents on other queues. */
export async function refusedOf(
  caller: SlotCaller,
  queue: string,
  ids: readonly string[],
): Promise<readonly ('pending' | { readonly parent: string } | undefined)[]> {
  const { reply } = await caller.ask(caller.scripts.refused, queue, ids);
  return (reply as readonly Buffer[]).map((answer) => {
    const text = answer.toString();
    if (text === '') return undefined;
    return text === 'i' ? 'pending' : { parent: unpackId(text.slice(1)) };
  });
}

/**
 * Sees to it that jobs which have been written are registered with their parents.
 *
 * @returns for each the parent that nobody knows, when it was refused
 * @throws BackendUnavailableError with the outcome `unknown`: the jobs are there, and whoever recovers registers them
 */
export async function registerJobs(
  { remote, keys, backend }: QueueParts,
  queue: string,
  ids: readonly string[],
): Promise<readonly (string | undefined)[]> {
  const caller = remote as SlotCaller;
  const onServer = keys.onServer(queue);
  try {
    for (let look = 0; look < LOOKS; look++) {
      const answers = await refusedOf(caller, onServer, ids);
      if (!answers.includes('pending'))
        return answers.map((answer) => (answer as { parent: string } | undefined)?.parent);
      await caller.courier.carry(onServer);
    }
  } catch (error) {
    throw error instanceof BackendCallError ? unregistered(backend, error) : error;
  }
  throw unregistered(backend);
}

function unregistered(backend: string, cause?: BackendCallError): BackendUnavailableError {
  const why = cause?.reason === undefined ? '' : ` (${cause.reason})`;
  const reason = `a job could not yet be registered with those of other queues that it depends on${why}`;
  return new BackendUnavailableError(backend, 'unknown', { reason, cause });
}

import type { NewJob, RefusedSpawn } from '../../../contract/index.js';
import { byQueue } from '../by-queue.js';
import { packId } from '../packed-id.js';
import type { QueueKeys } from '../queue-keys.js';
import { refusedOf } from './registration.js';
import type { SlotCaller } from './slot-caller.js';

/** A job of an applied settlement that another queue has a say in: it goes there, or depends on a job there. */
export interface RemoteSpawn {
  /** Of the job. */
  readonly queue: string;
  readonly settlement: number;
  readonly place: number;
  readonly job: NewJob;
}

/** Which of them were refused where they arrived, as far as it is known by now: the settlements hold in any case. */
export async function refusedSpawns(
  caller: SlotCaller,
  keys: QueueKeys,
  spawns: readonly RemoteSpawn[],
): Promise<RefusedSpawn[]> {
  const answers = await byQueue(true, spawns, async (some) => {
    const queue = keys.onServer((some[0] as RemoteSpawn).queue);
    const ids = some.map(({ job }) => packId(job.id));
    return refusedOf(caller, queue, ids).catch(() => ids.map(() => undefined));
  });
  return spawns.flatMap(({ settlement, place, job: { id } }, n) => {
    const answer = answers[n];
    if (answer === undefined || answer === 'pending') return [];
    return [{ settlement, place, id, code: 'TASKS_DEPENDENCY_UNKNOWN' as const, detail: answer.parent }];
  });
}

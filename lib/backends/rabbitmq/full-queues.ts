import type { Clock, EnqueueVerdict, Ms, NewJob } from '../../contract/index.js';
import type { PublishOutcome } from './publisher.js';

/** A queue that has refused a message is taken to be full for this long, unless it takes one. */
const FULL_FOR: Ms = 1_000;

/** The queues that have refused a message of late. */
export class FullQueues {
  private readonly since = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Takes note of what became of a message. */
  note(queue: string, outcome: PublishOutcome | undefined): void {
    if (outcome === 'refused') this.since.set(queue, this.clock.now());
    else if (outcome === 'confirmed') this.since.delete(queue);
  }

  isFull(queue: string): boolean {
    const since = this.since.get(queue);
    return since !== undefined && this.clock.now() - since < FULL_FOR;
  }
}

/** What whoever enqueues is told of a full queue. */
export const refusedBy = (queue: string): EnqueueVerdict => ({
  status: 'refused',
  code: 'TASKS_QUEUE_FULL',
  detail: queue,
});

/**
 * Whether somebody else may have been told of a job once it is entered in the ledger: whoever used its key or its id in the meantime, or a job that
 * waits for it. It cannot be forgotten any more when the broker refuses its message, and is published when there is room.
 */
export function arePromised(jobs: readonly NewJob[], atomic: boolean | undefined): (job: NewJob) => boolean {
  const areLinked = atomic === true || jobs.some(({ dependsOn }) => dependsOn !== undefined);
  return ({ idempotency, unique, repeat }) =>
    areLinked || idempotency !== undefined || unique !== undefined || repeat === true;
}

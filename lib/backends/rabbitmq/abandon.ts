import type { JobState } from '../../contract/index.js';
import type { Hold } from './hold.js';
import type { LooseJobs } from './loose-jobs.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';
import { release } from './release.js';

/** Of a job that is to run, now or later. */
const TO_RUN: ReadonlySet<JobState | undefined> = new Set<JobState>(['pending', 'scheduled', 'retrying']);
/** Nothing is taken. */
const NO_TAKE = { worker: 'rabbitmq-intake', lease: 1_000, take: [] };

/** Lets go of jobs whose leases were lost. Without a shared ledger a message is all that others know of its job. */
export async function abandon(parts: RabbitMqParts, holds: readonly Hold[]): Promise<void> {
  const { loose } = parts;
  if (loose !== undefined) {
    const open = holds.filter(({ isSettled, delivery }) => !isSettled && delivery !== undefined);
    if (open.length > 0) await handOn(parts, loose, open);
  }
  for (const hold of holds) release(parts, hold);
}

/**
 * The message of a job that is to run again goes back, since this process may end before it has published another. Where its channel is gone the
 * broker has handed it to others, and nobody here is to publish it again, either.
 */
async function handOn(parts: RabbitMqParts, loose: LooseJobs, holds: readonly Hold[]): Promise<void> {
  const { ledger } = parts;
  const jobs = holds.map(({ job: { queue, id } }) => ({ queue, id }));
  for (const { queue, id } of jobs) loose.sent(queue, id);
  const outcome = { kind: 'released', countAttempt: false } as const;
  // What the ledger has taken away already, it has taken away.
  await ledger.claim({ ...NO_TAKE, settle: holds.map(({ job: { receipt } }) => ({ receipt, outcome })) });
  const records = await ledger.get(jobs);
  holds.forEach((hold, place) => {
    if (TO_RUN.has(records[place]?.state)) release(parts, hold, true);
    else loose.arrived(hold.job.queue, hold.job.id);
  });
}

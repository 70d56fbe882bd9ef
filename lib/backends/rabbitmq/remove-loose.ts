import type { JobRef, JobState } from '../../contract/index.js';
import type { LooseJobs } from './loose-jobs.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';

const PAGE = 1_000;

/** Removes jobs of a ledger in memory; their messages are dropped when they come to this process. */
export async function removeLoose(
  { ledger }: RabbitMqParts,
  loose: LooseJobs,
  jobs: readonly JobRef[],
): Promise<number> {
  const records = await ledger.get(jobs);
  const count = await ledger.remove(jobs);
  loose.forget(jobs.filter((_, place) => records[place] !== undefined && records[place].state !== 'running'));
  return count;
}

/** Removes all of these states, and with `pending` what waits at the broker too. */
export async function clearLoose(
  { ledger, broker }: RabbitMqParts,
  loose: LooseJobs,
  queue: string,
  states: readonly JobState[],
): Promise<number> {
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const known = states.filter((state) => state !== 'running');
    if (known.length === 0) break;
    const page = await ledger.find({ queue, states: known, limit: PAGE, ...(cursor && { cursor }) });
    loose.forget(page.items);
    cursor = page.cursor;
  }
  const here = await ledger.clear(queue, states);
  if (!states.includes('pending')) return here;
  const name = broker.nameOf(queue);
  await broker.topology.declare([name]);
  const purged = await broker.withChannel((channel) =>
    broker.answer(channel.purgeQueue(broker.topology.queue(name))),
  );
  return Math.max(here, purged.messageCount);
}

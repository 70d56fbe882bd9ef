import type { JobRef, JobState } from '../../contract/index.js';
import { DEAD_MOST } from './dead-queues.js';
import type { LooseJobs } from './loose-jobs.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';

const PAGE = 1_000;

/** Removes jobs, and the broker's copies of those that were dead letters; messages of the others are dropped when they are delivered. */
export async function removeJobs(parts: RabbitMqParts, jobs: readonly JobRef[]): Promise<number> {
  const { ledger, loose, dead, inBackground } = parts;
  const records = await ledger.get(jobs);
  const count = await ledger.remove(jobs);
  loose?.forget(jobs.filter((_, place) => (records[place]?.state ?? 'running') !== 'running'));
  const buried = jobs.filter((_, place) => records[place]?.state === 'failed');
  if (buried.length > 0) inBackground(dead.drop(buried));
  return count;
}

/** Removes all of these states: with `failed` the broker's copies of them, and without a shared ledger with `pending` what waits at the broker too. */
export async function clearJobs(
  parts: RabbitMqParts,
  queue: string,
  states: readonly JobState[],
): Promise<number> {
  const { ledger, loose, dead, inBackground } = parts;
  const buried = states.includes('failed') ? await deadIn(parts, queue) : [];
  const count = await (loose === undefined
    ? ledger.clear(queue, states)
    : clearLoose(parts, loose, queue, states));
  if (buried.length > 0) inBackground(dead.drop(buried));
  return count;
}

async function deadIn({ ledger }: RabbitMqParts, queue: string): Promise<JobRef[]> {
  const dead: JobRef[] = [];
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await ledger.find({ queue, states: ['failed'], limit: PAGE, ...(cursor && { cursor }) });
    for (const { id } of page.items) dead.push({ queue, id });
    cursor = dead.length < DEAD_MOST ? page.cursor : undefined;
  }
  return dead;
}

async function clearLoose(
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

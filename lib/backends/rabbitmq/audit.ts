import { v7 } from 'uuid';
import type { JobRecord, Ms, StateBackend } from '../../contract/index.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';
import { endTooLarge } from './too-large.js';

/** Jobs of a page of the ledger. */
const PAGE = 500;
/** Pages that one look publishes at most: a ledger of millions is no reason to fill a broker at once. */
const PAGES = 200;
/** Whoever has noticed the same loss up to this long after somebody else leaves it to that one. */
const ALONE: Ms = 5_000;

/** Of all processes that notice that a queue is lost, one publishes what it held. */
export type Turns = Pick<StateBackend, 'acquire' | 'renew'>;

/**
 * Publishes all that the ledger says is ready, for a queue whose messages are gone: somebody has deleted or purged it, or the broker has lost its
 * disk. What is there twice then is dropped when it is delivered.
 * @param turns where other processes notice it too
 * @returns how many; nothing when somebody else does it
 */
export async function republish(
  parts: RabbitMqParts,
  queue: string,
  turns?: Turns,
): Promise<number | undefined> {
  const { ledger, broker } = parts;
  const name = `rabbitmq:${broker.topology.queue(broker.nameOf(queue))}:lost`;
  // A turn for each time: every call that was under way notices the same loss, and each would publish all anew.
  const turn = await turns?.acquire(name, v7(), ALONE);
  if (turn === null) return undefined;
  let count = 0;
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const found = await ledger.find({
      queue,
      states: ['pending'],
      order: 'oldest',
      limit: PAGE,
      ...(cursor && { cursor }),
    });
    count += await publishAgain(parts, found.items.filter(isAtBroker));
    cursor = found.cursor;
    if (cursor === undefined) break;
    if (turn !== undefined) await turns?.renew(turn, ALONE);
  }
  return count;
}

/** Publishes again what did not reach the broker, or may not have, from here: the rest is there. */
export async function publishUnsent(parts: RabbitMqParts): Promise<void> {
  const { broker, ledger, unsent } = parts;
  if (!broker.isUp) return;
  const refs = unsent.take();
  try {
    const records = await ledger.get(refs);
    const ready = records.filter((record): record is JobRecord => record !== undefined && isAtBroker(record));
    await publishAgain(parts, ready);
  } catch (error) {
    for (const ref of refs) unsent.add(ref);
    throw error;
  }
}

/** Whether a message of it is to lie at the broker, or to be in somebody's hand. */
export const isAtBroker = ({ state, external, reason }: JobRecord): boolean =>
  state === 'pending' && external === true && (reason === undefined || reason === 'paused');

async function publishAgain(parts: RabbitMqParts, jobs: readonly JobRecord[]): Promise<number> {
  const { broker, loose, pump, unsent } = parts;
  const outcomes = await broker.publish(
    jobs.map((job) => ({
      job,
      history: { attempt: loose?.complete(job).attempt ?? job.attempt, redeliveries: 0 },
    })),
  );
  jobs.forEach((job, place) => {
    const outcome = outcomes[place];
    if (outcome === 'confirmed') {
      loose?.sent(job.queue, job.id);
      pump.report(job);
    } else if (outcome !== 'refused' && outcome !== 'too-large') unsent.add(job);
  });
  await endTooLarge(
    parts,
    jobs.filter((_, place) => outcomes[place] === 'too-large'),
  );
  return jobs.length;
}

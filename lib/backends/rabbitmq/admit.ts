import { v7 } from 'uuid';
import { type EnqueueVerdict, ENVELOPE_VERSION, type NewJob } from '../../contract/index.js';
import type { Delivery } from './delivery.js';
import { historyOf, isRecorded, type MessageJob, readMessage } from './message.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';
import { buryMessage } from './bury-message.js';

/** A message that the broker has handed out so often without hearing of it ends as a dead letter: as often as RabbitMQ 4 lets it by itself. */
const REDELIVERIES_MAX = 20;

/**
 * Enters the jobs of messages that no ledger was told of: of foreign publishers, and of other processes whose ledgers are in memory.
 * @returns the messages whose job the ledger knows or should know; the others are dealt with
 */
export async function admit(
  parts: RabbitMqParts,
  queue: string,
  deliveries: readonly Delivery[],
): Promise<Delivery[]> {
  const { ledger, loose } = parts;
  if (deliveries.length === 0) return [];
  const known: Delivery[] = [];
  const suspects = await suspectsAmong(parts, deliveries);
  const entering: { readonly delivery: Delivery; readonly job: NewJob }[] = [];
  for (const delivery of deliveries) {
    const { message, id } = delivery;
    if (id !== undefined && (loose === undefined ? isRecorded(message) : loose.isOwn(queue, id))) {
      known.push(delivery);
    } else if (id !== undefined && loose?.isRemoved(queue, id) === true) {
      delivery.ack();
    } else {
      const read = readMessage(queue, message);
      if ('flaw' in read) await buryMessage(parts, delivery, read.flaw);
      else if (id === undefined || suspects.has(delivery)) await stamp(parts, delivery, read.job);
      else entering.push({ delivery, job: read.job });
    }
  }
  if (entering.length === 0) return known;
  const verdicts = await ledger.enqueue(entering.map(({ job }) => job));
  for (const [place, { delivery, job }] of entering.entries()) {
    const verdict = verdicts[place] as EnqueueVerdict;
    if (verdict.status === 'created') loose?.learn(queue, job.id, historyOf(delivery.message));
    if (verdict.status !== 'refused') known.push(delivery);
    // A full queue of ours is no reason to lose what the broker has accepted.
    else if (verdict.code === 'TASKS_QUEUE_FULL') delivery.nack();
    else await buryMessage(parts, delivery, verdict.detail ?? verdict.code);
  }
  return known;
}

/** Handed out before, to somebody who was not heard of again, and nothing is known of it here: nobody but the message itself can count that. */
async function suspectsAmong(
  { ledger, loose }: RabbitMqParts,
  deliveries: readonly Delivery[],
): Promise<ReadonlySet<Delivery>> {
  const again = deliveries.filter(({ message, id }) => message.fields.redelivered && id !== undefined);
  if (loose === undefined || again.length === 0) return new Set();
  const records = await ledger.get(again.map(({ queue, id }) => ({ queue, id: id as string })));
  return new Set(again.filter((_, place) => records[place] === undefined));
}

/** Publishes a message anew, with an id that stays and the count of its redeliveries, and drops the one that was delivered. */
async function stamp(parts: RabbitMqParts, delivery: Delivery, job: MessageJob): Promise<void> {
  const { broker, warn } = parts;
  const { attempt, redeliveries } = historyOf(delivery.message);
  const count = redeliveries + (delivery.message.fields.redelivered ? 1 : 0);
  if (count > REDELIVERIES_MAX) {
    return buryMessage(
      parts,
      delivery,
      `it was handed out ${count} times and nobody was heard of again`,
      'TASKS_STALLED',
    );
  }
  const id = delivery.id ?? v7();
  const sending = {
    job: { ...job, id, version: ENVELOPE_VERSION },
    history: { attempt, redeliveries: count },
    isUnknown: true as const,
  };
  const [outcome] = await broker.publish([sending]).catch(() => ['not-sent' as const]);
  if (outcome === 'confirmed') delivery.ack();
  else {
    warn(`a message of queue "${delivery.queue}" could not be given an id (${outcome}): it goes back`);
    delivery.nack();
  }
}

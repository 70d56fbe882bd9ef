import type { JobRecord } from '../../contract/index.js';
import type { Delivery } from './delivery.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';

/**
 * Decides about messages whose jobs the ledger did not hand out: what is cancelled, finished, removed, delivered twice or not due is dropped,
 * since the ledger has it published when its time comes.
 * @returns those whose jobs may run in a moment
 */
export async function judgeLeftovers(
  parts: RabbitMqParts,
  deliveries: readonly Delivery[],
): Promise<Delivery[]> {
  if (deliveries.length === 0) return [];
  const refs = deliveries.map(({ queue, id }) => ({ queue, id: id as string }));
  const records = await parts.ledger.get(refs);
  return deliveries.filter((delivery, place) => {
    const record = records[place];
    if (record !== undefined && (mayRun(record) || isOurs(parts, delivery, record))) return mayRun(record);
    delivery.ack();
    return false;
  });
}

/** Parked by its key: the ledger hands it out to be published when it is let in. */
const mayRun = ({ state, reason }: JobRecord): boolean =>
  state === 'pending' && (reason === undefined || reason === 'paused');

/** It runs here, and its message has come again since the channel of the first was lost: this one is acknowledged in its place. */
function isOurs({ holds, broker }: RabbitMqParts, delivery: Delivery, { state }: JobRecord): boolean {
  const hold = state === 'running' ? holds.get(delivery.queue, delivery.id as string) : undefined;
  if (hold === undefined || hold.delivery === delivery || hold.delivery?.isLive === true) return false;
  hold.delivery = delivery;
  broker.intake.feed(delivery.queue).running++;
  return true;
}

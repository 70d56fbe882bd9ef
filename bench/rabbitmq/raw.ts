import { randomUUID } from 'node:crypto';
import { type ConsumeMessage, connect } from 'amqplib';
import type { BenchPayload } from '../payload.js';
import type { OpenProduct } from '../broker/product.js';

export const RAW_QUEUE = 'bench.raw';
const EXCHANGE = 'bench.raw';
/** What anybody has to say of a message that somebody else is to understand, and that is not to be lost where no queue is. */
const PROPERTIES = {
  persistent: true,
  mandatory: true,
  type: 'noop',
  contentType: 'application/json',
  priority: 3,
} as const;

/**
 * The raw limit: an `amqplib` program with the same durable queue behind an exchange, the same persistent messages (an id, a type, a priority), a confirm
 * for each, two connections and as many messages in hand. It acknowledges each when its handler is done, and knows nothing else of a product.
 */
export const openRaw: OpenProduct = async ({ url, slots, recipient }) => {
  const [sender, receiver] = await Promise.all([
    connect(url, { noDelay: true }),
    connect(url, { noDelay: true }),
  ]);
  const [confirms, deliveries] = [await sender.createConfirmChannel(), await receiver.createChannel()];
  await confirms.assertExchange(EXCHANGE, 'direct', { durable: true });
  await confirms.assertQueue(RAW_QUEUE, { durable: true, maxPriority: 10 });
  await confirms.bindQueue(RAW_QUEUE, EXCHANGE, RAW_QUEUE);

  const enqueue = (payload: BenchPayload): Promise<void> =>
    new Promise((resolve, reject) => {
      const content = Buffer.from(JSON.stringify(payload));
      const properties = { ...PROPERTIES, messageId: randomUUID() };
      confirms.publish(EXCHANGE, RAW_QUEUE, content, properties, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
  let inHand = 0;
  const run = async (message: ConsumeMessage | null): Promise<void> => {
    if (message === null) throw new Error('The broker has ended the consumer.');
    inHand++;
    await recipient.deliver((JSON.parse(message.content.toString()) as BenchPayload).n);
    deliveries.ack(message);
    inHand--;
  };
  const consume = async () => {
    // What a slot runs, and what it runs next.
    await deliveries.prefetch(2 * slots);
    await deliveries.consume(RAW_QUEUE, (message) => void run(message));
  };

  return {
    enqueue,
    enqueueMany: (payloads) => Promise.all(payloads.map(enqueue)),
    start: consume,
    unfinished: async () => (await confirms.checkQueue(RAW_QUEUE)).messageCount + inHand,
    close: async () => {
      await deliveries.close();
      await Promise.all([sender.close(), receiver.close()]);
    },
  };
};

import { connect } from 'amqplib';
import type { OpenProduct } from '../broker/product.js';

/**
 * A product that is held against the broker's own count of its queue: jobs that wait are there, and once a consumer has been closed nothing is, since
 * what it had not acknowledged would have come back.
 */
export const exact =
  (open: OpenProduct, queue: string): OpenProduct =>
  async (options) => {
    const product = await open(options);
    const asking = await connect(options.url);
    const channel = await asking.createChannel();
    const ready = async () => (await channel.checkQueue(queue)).messageCount;
    let isConsumer = false;
    return {
      ...product,
      start: () => {
        isConsumer = true;
        return product.start();
      },
      unfinished: async () => Math.max(await product.unfinished(), await ready()),
      close: async () => {
        await product.close();
        const left = await ready();
        await asking.close();
        if (isConsumer && left > 0) throw new Error(`${left} messages were not acknowledged.`);
      },
    };
  };

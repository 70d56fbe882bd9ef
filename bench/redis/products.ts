import { Redis } from 'ioredis';
import type { ProductRange } from '../broker/product.js';
import { openBeeQueue } from './bee-queue.js';
import { openBullMq } from './bullmq.js';
import { openOurs } from '../broker/ours.js';
import { openRaw } from './raw.js';

const range: ProductRange = {
  warmUp: 50_000,
  products: { ours: openOurs('redis'), bullmq: openBullMq, 'bee-queue': openBeeQueue, raw: openRaw },
  empty: async (url) => {
    const server = new Redis(url);
    await server.flushall('SYNC');
    await server.quit();
  },
};

export default range;

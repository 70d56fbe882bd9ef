import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { openOurs, openOursOn } from '../broker/ours.js';
import type { ProductRange } from '../broker/product.js';
import { exact } from './exact.js';
import { openRaw, RAW_QUEUE } from './raw.js';

/** Ours are those of the primary backend. */
const OURS = 'tasks.default';
const OURS_TOO = ['tasks.urgent', 'tasks.bulk'];

/** The store of the product that keeps its jobs on Redis. */
export const LEDGER_URL = 'BENCH_LEDGER_URL';
const ledgerUrl = (): string => process.env[LEDGER_URL] ?? 'redis://127.0.0.1:6379';

const openOverRedis = openOursOn((url) => ({
  backends: [
    { name: 'moved', type: 'rabbitmq', url, state: 'kept', primary: true },
    { name: 'kept', type: 'redis', url: ledgerUrl() },
  ],
}));

const range: ProductRange = {
  warmUp: 10_000,
  products: {
    ours: exact(openOurs('rabbitmq'), OURS),
    'ours-over-redis': exact(openOverRedis, OURS),
    raw: exact(openRaw, RAW_QUEUE),
  },
  empty: async (url) => {
    const server = await connect(url);
    const channel = await server.createChannel();
    for (const queue of [OURS, ...OURS_TOO, RAW_QUEUE]) await channel.deleteQueue(queue);
    await server.close();
    if (process.env[LEDGER_URL] === undefined) return;
    const ledger = new Redis(ledgerUrl());
    await ledger.flushall('SYNC');
    await ledger.quit();
  },
};

export default range;

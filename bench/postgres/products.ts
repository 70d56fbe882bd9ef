import pg from 'pg';
import type { ProductRange } from '../broker/product.js';
import { openBullMq } from './bullmq.js';
import { openGraphileWorker } from './graphile-worker.js';
import { openOurs } from '../broker/ours.js';
import { openPgBoss } from './pg-boss.js';
import { openRaw } from './raw.js';

/** Where the products keep their tables. */
const SCHEMAS = ['tasks', 'pgboss', 'graphile_worker', 'bullmq', 'raw'];

const range: ProductRange = {
  warmUp: 10_000,
  products: {
    ours: openOurs('postgres'),
    'graphile-worker': openGraphileWorker,
    'pg-boss': openPgBoss,
    bullmq: openBullMq,
    raw: openRaw,
  },
  empty: async (url) => {
    const server = new pg.Client({ connectionString: url });
    await server.connect();
    await server.query('set client_min_messages = warning');
    for (const schema of SCHEMAS) await server.query(`drop schema if exists ${schema} cascade`);
    // What the last product left to be written is not this one's.
    await server.query('checkpoint');
    await server.end();
  },
};

export default range;

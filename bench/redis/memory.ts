import { Redis } from 'ioredis';
import { Ledger } from '../ledger.js';
import type { Subject } from '../subjects.js';
import { assertWaiting, enqueueInBatches } from '../broker/backlog.js';
import { openProduct } from '../broker/product.js';

/** Bytes of the server's memory for each of `jobs` waiting jobs of 200 bytes. */
const subject: Subject = async (jobs, url = '', name) => {
  const product = await openProduct(name, { url, slots: 1, keepsResults: false, recipient: new Ledger(0) });
  const server = new Redis(url);
  const used = async () => Number(/^used_memory:(\d+)/m.exec(await server.info('memory'))?.[1]);
  const before = await used();
  await enqueueInBatches(product, jobs);
  await assertWaiting(product, jobs);
  return { bytes: ((await used()) - before) / jobs };
};

export default subject;

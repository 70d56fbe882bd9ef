import { Ledger } from '../ledger.js';
import { produce } from '../producers.js';
import type { Subject } from '../subjects.js';
import { assertWaiting, enqueueInBatches } from './backlog.js';
import { openProduct, warmUpAt } from './product.js';

/** Jobs a second that are accepted while nothing consumes; `ways`: how many producers, or `batches` for one with 1,000 a call. */
const subject: Subject = async (jobs, url = '', name, ways) => {
  const product = await openProduct(name, { url, slots: 1, keepsResults: false, recipient: new Ledger(0) });
  const warmUp = await warmUpAt(url);
  const enqueue = async (count: number, first: number): Promise<void> => {
    if (ways === 'batches') await enqueueInBatches(product, count, { first });
    else await produce(count, Number(ways), (payload) => product.enqueue(payload), first);
  };
  await enqueue(warmUp, 0);
  const start = performance.now();
  await enqueue(jobs, warmUp);
  const seconds = (performance.now() - start) / 1_000;
  await assertWaiting(product, warmUp + jobs);
  return { rate: jobs / seconds };
};

export default subject;

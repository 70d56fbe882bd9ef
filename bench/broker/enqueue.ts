import { Ledger } from '../ledger.js';
import { produce } from '../producers.js';
import type { Subject } from '../subjects.js';
import { assertWaiting, enqueueInBatches } from './backlog.js';
import { openProduct } from './product.js';

/** Jobs a second that are accepted while nothing consumes; `ways`: how many producers, or `batches` for one with 1,000 a call. */
const subject: Subject = async (jobs, url = '', name, ways) => {
  const product = await openProduct(name, { url, slots: 1, keepsResults: false, recipient: new Ledger(0) });
  const start = performance.now();
  if (ways === 'batches') await enqueueInBatches(product, jobs);
  else await produce(jobs, Number(ways), (payload) => product.enqueue(payload));
  const seconds = (performance.now() - start) / 1_000;
  await assertWaiting(product, jobs);
  return { rate: jobs / seconds };
};

export default subject;

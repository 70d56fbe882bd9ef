import { Ledger } from '../ledger.js';
import { produce } from '../producers.js';
import type { Subject } from '../subjects.js';
import { settled } from './backlog.js';
import { openProduct, warmUpAt } from './product.js';

const WAYS = 100;

/** Jobs a second when 100 producers enqueue, each waiting for its call, while 100 slots consume in the same process. */
const subject: Subject = async (jobs, url = '', name) => {
  const warmUp = await warmUpAt(url);
  const ledger = new Ledger(warmUp + jobs, warmUp);
  const product = await openProduct(name, { url, slots: WAYS, keepsResults: false, recipient: ledger });
  await product.start();
  await produce(warmUp, WAYS, (payload) => product.enqueue(payload));
  if (warmUp > 0) await ledger.warm;
  const start = performance.now();
  await produce(jobs, WAYS, (payload) => product.enqueue(payload), warmUp);
  await ledger.complete;
  const seconds = (performance.now() - start) / 1_000;
  await settled(product);
  await product.close();
  ledger.assertComplete();
  return { rate: jobs / seconds };
};

export default subject;

import { Ledger } from '../ledger.js';
import type { Subject } from '../subjects.js';
import { enqueueInBatches, settled } from './backlog.js';
import { openProduct } from './product.js';

/** Jobs a second out of a backlog of `jobs`: from the start of the workers to the start of the last handler. */
const subject: Subject = async (jobs, url = '', name, slots, keeps) => {
  const ledger = new Ledger(jobs);
  const recipient = {
    deliver: (n: number) => {
      ledger.deliver(n);
      return { n };
    },
  };
  const product = await openProduct(name, {
    url,
    slots: Number(slots),
    keepsResults: keeps === 'keep',
    recipient,
  });
  await enqueueInBatches(product, jobs);
  const start = performance.now();
  await product.start();
  await ledger.complete;
  const seconds = (performance.now() - start) / 1_000;
  await settled(product);
  await product.close();
  ledger.assertComplete();
  return { rate: jobs / seconds };
};

export default subject;

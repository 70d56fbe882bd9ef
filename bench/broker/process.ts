import { Ledger } from '../ledger.js';
import type { Subject } from '../subjects.js';
import { enqueueInBatches, settled } from './backlog.js';
import { openProduct, warmUpAt } from './product.js';

/** Jobs a second out of a backlog: of `jobs` that wait when the warm-up in front of them has run, to the start of the last handler. */
const subject: Subject = async (jobs, url = '', name, slots, keeps) => {
  const warmUp = await warmUpAt(url);
  const ledger = new Ledger(warmUp + jobs, warmUp);
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
  await enqueueInBatches(product, warmUp + jobs);
  const begin = performance.now();
  await product.start();
  await ledger.complete;
  const start = warmUp === 0 ? begin : await ledger.warm;
  const seconds = (performance.now() - start) / 1_000;
  await settled(product);
  await product.close();
  ledger.assertComplete();
  return { rate: jobs / seconds };
};

export default subject;

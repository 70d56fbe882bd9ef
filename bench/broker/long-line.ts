import { Ledger } from '../ledger.js';
import type { Subject } from '../subjects.js';
import { assertWaiting, enqueueInBatches } from './backlog.js';
import { openProduct } from './product.js';

const SLOTS = 100;
const MEASURED = 10_000;
const PRIORITIES = 21;

/** Jobs a second of the second 10,000 out of `jobs` that wait with mixed priorities; the first are the warm-up. */
const subject: Subject = async (jobs, url = '', name) => {
  const ledger = new Ledger(jobs);
  let delivered = 0;
  let start = 0;
  let over: () => void = () => undefined;
  const measured = new Promise<void>((resolve) => (over = resolve));
  const recipient = {
    deliver: (n: number) => {
      ledger.deliver(n);
      delivered++;
      if (delivered === MEASURED) start = performance.now();
      if (delivered === 2 * MEASURED) over();
    },
  };
  const product = await openProduct(name, { url, slots: SLOTS, keepsResults: false, recipient });
  await enqueueInBatches(product, jobs, { priorityOf: (n) => n % PRIORITIES });
  await assertWaiting(product, jobs);
  await product.start();
  await measured;
  return { rate: (MEASURED * 1_000) / (performance.now() - start) };
};

export default subject;

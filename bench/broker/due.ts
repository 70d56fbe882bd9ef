import { Ledger } from '../ledger.js';
import type { Subject } from '../subjects.js';
import { enqueueInBatches, settled } from './backlog.js';
import { openProduct } from './product.js';
import { quantile } from './quantile.js';

const SLOTS = 100;
/** Milliseconds in which all jobs are enqueued before they are due. */
const AHEAD = 5_000;

/** How late, in milliseconds, the handlers of `jobs` jobs start that are all due at one moment. */
const subject: Subject = async (jobs, url = '', name) => {
  const ledger = new Ledger(jobs);
  const late: number[] = [];
  let dueAt = 0;
  const recipient = {
    deliver: (n: number) => {
      late.push(Date.now() - dueAt);
      ledger.deliver(n);
    },
  };
  const product = await openProduct(name, { url, slots: SLOTS, keepsResults: false, recipient });
  await product.start();
  dueAt = Date.now() + AHEAD;
  await enqueueInBatches(product, jobs, { dueAt });
  if (Date.now() >= dueAt) throw new Error('The jobs were due before all of them were enqueued.');
  await ledger.complete;
  await settled(product);
  await product.close();
  if (Math.min(...late) < 0) throw new Error('A job ran before it was due.');
  return { p50: quantile(late, 0.5), p99: quantile(late, 0.99) };
};

export default subject;

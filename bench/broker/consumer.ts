import { Ledger } from '../ledger.js';
import type { Subject } from '../subjects.js';
import { settled } from './backlog.js';
import { openProduct } from './product.js';

const SLOTS = 100;

/**
 * The consuming process of `two-processes`: empties the server, says `ready` on its standard output once 100 slots consume, and `complete` when the last
 * of the jobs has been delivered.
 */
const subject: Subject = async (jobs, url = '', name) => {
  const ledger = new Ledger(jobs);
  const product = await openProduct(name, { url, slots: SLOTS, keepsResults: false, recipient: ledger });
  await product.start();
  process.stdout.write('ready\n');
  await ledger.complete;
  process.stdout.write('complete\n');
  await settled(product);
  await product.close();
  ledger.assertComplete();
  return {};
};

export default subject;

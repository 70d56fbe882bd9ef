import { Ledger } from '../ledger.js';
import type { Subject } from '../subjects.js';
import { settled } from './backlog.js';
import { openProduct, warmUpAt } from './product.js';

const SLOTS = 100;

/**
 * The consuming process of `two-processes`: empties the server, says `ready` on its standard output once 100 slots consume, `warm` when the warm-up has been
 * delivered, and `complete` when the last job has.
 */
const subject: Subject = async (jobs, url = '', name) => {
  const warmUp = await warmUpAt(url);
  const ledger = new Ledger(warmUp + jobs, warmUp);
  const product = await openProduct(name, { url, slots: SLOTS, keepsResults: false, recipient: ledger });
  await product.start();
  process.stdout.write('ready\n');
  if (warmUp > 0) await ledger.warm;
  process.stdout.write('warm\n');
  await ledger.complete;
  process.stdout.write('complete\n');
  await settled(product);
  await product.close();
  ledger.assertComplete();
  return {};
};

export default subject;

import { setTimeout as sleep } from 'node:timers/promises';
import { payload } from '../payload.js';
import type { Subject } from '../subjects.js';
import { openProduct } from './product.js';
import { quantile } from './quantile.js';

const SLOTS = 10;
/** Not counted, and without a pause: a process that has run for a while is measured, not how soon its code is compiled. */
const WARM_UP = 3_000;
/** Milliseconds after a job before the next, so that all workers wait again. */
const GAP = 5;

/** Milliseconds from the call of enqueue to the start of the handler, one job at a time on an idle queue. */
const subject: Subject = async (jobs, url = '', name) => {
  let arrived: (n: number) => void = () => undefined;
  const recipient = { deliver: (n: number) => arrived(n) };
  const product = await openProduct(name, { url, slots: SLOTS, keepsResults: false, recipient });
  await product.start();
  const times: number[] = [];
  for (let n = 0; n < jobs + WARM_UP; n++) {
    if (n >= WARM_UP) await sleep(GAP);
    const start = performance.now();
    const time = new Promise<number>((resolve, reject) => {
      arrived = (got) =>
        got === n ? resolve(performance.now() - start) : reject(new Error(`Job ${got} came for job ${n}.`));
    });
    await product.enqueue(payload(n));
    const latency = await time;
    if (n >= WARM_UP) times.push(latency);
  }
  await product.close();
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
};

export default subject;

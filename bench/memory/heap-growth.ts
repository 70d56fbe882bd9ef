import { getQueueToken, type TaskQueue } from 'nestjs-tasks';
import { Ledger } from '../ledger.js';
import type { Subject } from '../subjects.js';
import { benchApp } from '../app.js';
import { produce } from '../producers.js';
import { settledHeap } from './settled-heap.js';

/** How much the heap has grown between a tenth of `jobs` completed jobs and all of them, after forced collections. */
const subject: Subject = async (jobs) => {
  const early = Math.round(jobs / 10);
  let ledger = new Ledger(early);
  const current = { deliver: (n: number) => ledger.deliver(n) } as Ledger;
  const app = await benchApp(current, { worker: { workerCount: 10, maxConcurrentTasks: 10 } });
  const queue = app.get<TaskQueue>(getQueueToken());
  const run = async (count: number) => {
    ledger = new Ledger(count);
    await produce(count, 100, (payload) => queue.enqueue('noop', payload));
    await ledger.complete;
    ledger = new Ledger(0);
    return settledHeap();
  };
  const before = await run(early);
  const after = await run(jobs - early);
  await app.close();
  return { megabytes: (after - before) / 2 ** 20 };
};

export default subject;

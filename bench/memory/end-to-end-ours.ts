import { getQueueToken, type TaskQueue } from 'nestjs-tasks';
import { Ledger } from '../ledger.js';
import type { Subject } from '../subjects.js';
import { benchApp } from '../app.js';
import { produce } from '../producers.js';

/** Enqueue from 100 producers while 100 slots consume, through the whole product. */
const subject: Subject = async (jobs) => {
  const ledger = new Ledger(jobs);
  const app = await benchApp(ledger, { worker: { workerCount: 10, maxConcurrentTasks: 10 } });
  const queue = app.get<TaskQueue>(getQueueToken());
  const start = performance.now();
  await produce(jobs, 100, (payload) => queue.enqueue('noop', payload));
  await ledger.complete;
  const seconds = (performance.now() - start) / 1_000;
  ledger.assertComplete();
  await app.close();
  return { rate: jobs / seconds };
};

export default subject;

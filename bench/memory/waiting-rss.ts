import { getQueueToken, type TaskQueue } from 'nestjs-tasks';
import { Ledger } from '../ledger.js';
import { payload } from '../payload.js';
import type { Subject } from '../subjects.js';
import { benchApp } from '../app.js';

const CHUNK = 1_000;

/** Resident memory of a process in which `jobs` jobs of 200 bytes wait. */
const subject: Subject = async (jobs) => {
  const app = await benchApp(new Ledger(jobs), { worker: { autoStart: false } });
  const queue = app.get<TaskQueue>(getQueueToken());
  for (let first = 0; first < jobs; first += CHUNK) {
    const requests = Array.from({ length: Math.min(CHUNK, jobs - first) }, (_, place) => ({
      name: 'noop',
      payload: payload(first + place),
    }));
    await queue.enqueueMany(requests);
  }
  globalThis.gc?.();
  const waiting = await queue.count('pending');
  if (waiting !== jobs) throw new Error(`${waiting} of ${jobs} jobs wait.`);
  return { megabytes: process.memoryUsage.rss() / 2 ** 20 };
};

export default subject;

import { Ledger } from '../ledger.js';
import { loadPeer } from '../peer.js';
import type { BenchPayload } from '../payload.js';
import type { Subject } from '../subjects.js';
import { produce } from '../producers.js';

interface PQueueModule {
  default: new (options: { concurrency: number }) => { add(task: () => Promise<void>): Promise<void> };
}

/**
 * The same work on p-queue, which keeps functions and so needs no JSON. A producer goes on when its job is accepted, as with
 * the others; `add()` itself would wait until the job is done, and then nothing ever queues (`end-to-end-p-limit`).
 */
const subject: Subject = async (jobs) => {
  const { default: PQueue } = await loadPeer<PQueueModule>('p-queue');
  const ledger = new Ledger(jobs);
  const queue = new PQueue({ concurrency: 100 });
  const handler = async (payload: BenchPayload) => ledger.deliver(payload.n);
  const start = performance.now();
  await produce(jobs, 100, async (payload) => void queue.add(() => handler(payload)));
  await ledger.complete;
  const seconds = (performance.now() - start) / 1_000;
  ledger.assertComplete();
  return { rate: jobs / seconds };
};

export default subject;

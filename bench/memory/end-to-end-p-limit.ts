import { Ledger } from '../ledger.js';
import { loadPeer } from '../peer.js';
import type { BenchPayload } from '../payload.js';
import type { Subject } from '../subjects.js';
import { produce } from '../producers.js';

interface PQueueModule {
  default: new (options: { concurrency: number }) => { add(task: () => Promise<void>): Promise<void> };
}

/** p-queue as a mere limit: each of 100 producers waits until its job is done, so that nothing ever queues. For comparison. */
const subject: Subject = async (jobs) => {
  const { default: PQueue } = await loadPeer<PQueueModule>('p-queue');
  const ledger = new Ledger(jobs);
  const queue = new PQueue({ concurrency: 100 });
  const handler = async (payload: BenchPayload) => ledger.deliver(payload.n);
  const start = performance.now();
  await produce(jobs, 100, (payload) => queue.add(() => handler(payload)));
  await ledger.complete;
  const seconds = (performance.now() - start) / 1_000;
  ledger.assertComplete();
  return { rate: jobs / seconds };
};

export default subject;

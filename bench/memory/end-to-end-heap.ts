import { Ledger } from '../ledger.js';
import type { BenchPayload } from '../payload.js';
import type { Subject } from '../subjects.js';
import { Heap } from './heap.js';
import { produce } from '../producers.js';

/** The same work on a bare heap that makes the JSON round trip of each payload, and does nothing else. */
const subject: Subject = async (jobs) => {
  const ledger = new Ledger(jobs);
  const heap = new Heap<{ priority: number; seq: number; data: string }>();
  const idle: (() => void)[] = [];
  let seq = 0;
  let over = false;
  const handler = async (payload: BenchPayload) => ledger.deliver(payload.n);
  const consumer = async () => {
    while (!over) {
      const job = heap.pop();
      if (job === undefined) await new Promise<void>((resolve) => idle.push(resolve));
      else await handler(JSON.parse(job.data) as BenchPayload);
    }
  };
  const start = performance.now();
  const consumers = Array.from({ length: 100 }, consumer);
  await produce(jobs, 100, async (payload) => {
    heap.push({ priority: 5, seq: seq++, data: JSON.stringify(payload) });
    idle.pop()?.();
  });
  await ledger.complete;
  const seconds = (performance.now() - start) / 1_000;
  over = true;
  for (const wake of idle) wake();
  await Promise.all(consumers);
  ledger.assertComplete();
  return { rate: jobs / seconds };
};

export default subject;

import { loadPeer } from '../peer.js';
import type { BenchPayload } from '../payload.js';
import type { OpenProduct } from '../broker/product.js';

interface BullMqJob {
  readonly name: string;
  readonly data: BenchPayload;
  readonly opts?: { readonly delay?: number; readonly priority?: number };
}

interface BullMqModule {
  Queue: new (
    name: string,
    options: object,
  ) => {
    add(name: string, data: BenchPayload): Promise<unknown>;
    addBulk(jobs: readonly BullMqJob[]): Promise<unknown>;
    getJobCountByTypes(...types: string[]): Promise<number>;
    close(): Promise<void>;
  };
  Worker: new (
    name: string,
    processor: (job: BullMqJob) => Promise<unknown>,
    options: object,
  ) => { run(): Promise<void>; waitUntilReady(): Promise<unknown>; close(): Promise<void> };
}

const NAME = 'bench';
/** Its lowest; 0, its default, is the highest and has a list of its own. */
const LOWEST_PRIORITY = 21;

/** BullMQ as its manual tunes it: finished jobs removed, `concurrency` for slots, `addBulk` for batches. */
export const openBullMq: OpenProduct = async ({ url, slots, keepsResults, recipient }) => {
  const { Queue, Worker } = await loadPeer<BullMqModule>('bullmq');
  const { hostname: host, port } = new URL(url);
  const connection = { host, port: Number(port), maxRetriesPerRequest: null };
  const queue = new Queue(NAME, { connection, defaultJobOptions: { removeOnComplete: !keepsResults } });
  const worker = new Worker(NAME, async (job) => recipient.deliver(job.data.n), {
    connection,
    concurrency: slots,
    autorun: false,
  });
  await worker.waitUntilReady();
  return {
    enqueue: (payload) => queue.add('noop', payload),
    enqueueMany: (payloads, { dueAt, priorityOf } = {}) =>
      queue.addBulk(
        payloads.map((data) => ({
          name: 'noop',
          data,
          opts: {
            ...(dueAt === undefined ? {} : { delay: dueAt - Date.now() }),
            ...(priorityOf === undefined ? {} : { priority: LOWEST_PRIORITY - priorityOf(data.n) }),
          },
        })),
      ),
    // Its promise is that of the end.
    start: async () => void worker.run(),
    unfinished: () => queue.getJobCountByTypes('wait', 'prioritized', 'delayed', 'active'),
    close: async () => {
      await worker.close();
      await queue.close();
    },
  };
};

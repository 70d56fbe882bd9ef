import { loadPeer } from '../peer.js';
import type { BenchPayload } from '../payload.js';
import type { OpenProduct } from '../broker/product.js';

interface BeeJob {
  readonly data: BenchPayload;
  delayUntil(time: number): BeeJob;
  save(): Promise<unknown>;
}

interface BeeQueueModule {
  default: new (
    name: string,
    settings: object,
  ) => {
    ready(): Promise<unknown>;
    createJob(data: BenchPayload): BeeJob;
    saveAll(jobs: readonly BeeJob[]): Promise<ReadonlyMap<BeeJob, Error>>;
    process(concurrency: number, handler: (job: BeeJob) => Promise<unknown>): void;
    checkHealth(): Promise<{ waiting: number; active: number; delayed: number }>;
    close(): Promise<void>;
  };
}

/** bee-queue as its manual tunes it: no events, no jobs kept in the process, finished ones removed, `saveAll` for batches. */
export const openBeeQueue: OpenProduct = async ({ url, slots, keepsResults, recipient }) => {
  const { default: BeeQueue } = await loadPeer<BeeQueueModule>('bee-queue');
  const { hostname: host, port } = new URL(url);
  const queue = new BeeQueue('bench', {
    redis: { host, port: Number(port) },
    removeOnSuccess: !keepsResults,
    activateDelayedJobs: true,
    getEvents: false,
    sendEvents: false,
    storeJobs: false,
  });
  await queue.ready();
  return {
    enqueue: (payload) => queue.createJob(payload).save(),
    enqueueMany: async (payloads, { dueAt, priorityOf } = {}) => {
      if (priorityOf !== undefined) throw new Error('bee-queue has no priorities.');
      const jobs = payloads.map((payload) => queue.createJob(payload));
      if (dueAt !== undefined) for (const job of jobs) job.delayUntil(dueAt);
      for (const error of (await queue.saveAll(jobs)).values()) throw error;
    },
    start: async () => queue.process(slots, async (job) => recipient.deliver(job.data.n)),
    unfinished: async () => {
      const { waiting, active, delayed } = await queue.checkHealth();
      return waiting + active + delayed;
    },
    close: () => queue.close(),
  };
};

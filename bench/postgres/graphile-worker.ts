import pg from 'pg';
import { loadPeer } from '../peer.js';
import type { BenchPayload } from '../payload.js';
import type { OpenProduct } from '../broker/product.js';

interface Runner {
  readonly stop: () => Promise<void>;
}

interface GraphileWorker {
  makeWorkerUtils: (options: object) => Promise<{
    migrate(): Promise<void>;
    addJob(task: string, payload: BenchPayload, spec?: object): Promise<unknown>;
    addJobs(specs: readonly object[]): Promise<unknown>;
    release(): Promise<void>;
  }>;
  run: (options: object) => Promise<Runner>;
  Logger: new (factory: () => () => void) => object;
}

/** Jobs that it keeps in hand, and how long completions may wait for others, as its manual has it for speed. */
const AHEAD = 500;
const GATHER_MS = 0;

/** graphile-worker with its local queue and its batching on. It deletes what has ended. */
export const openGraphileWorker: OpenProduct = async ({ url, slots, recipient }) => {
  const { makeWorkerUtils, run, Logger } = await loadPeer<GraphileWorker>('graphile-worker');
  const logger = new Logger(() => () => undefined);
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  pool.on('error', (error) => {
    throw error;
  });
  const utils = await makeWorkerUtils({ pgPool: pool, logger });
  await utils.migrate();
  let runner: Runner | undefined;
  return {
    enqueue: (payload) => utils.addJob('noop', payload),
    enqueueMany: (payloads, { dueAt, priorityOf } = {}) =>
      utils.addJobs(
        payloads.map((payload) => ({
          identifier: 'noop',
          payload,
          ...(dueAt === undefined ? {} : { runAt: new Date(dueAt) }),
          ...(priorityOf === undefined ? {} : { priority: -priorityOf(payload.n) }),
        })),
      ),
    start: async () => {
      runner = await run({
        pgPool: pool,
        logger,
        noHandleSignals: true,
        taskList: { noop: async (payload: unknown) => void recipient.deliver((payload as BenchPayload).n) },
        preset: {
          worker: {
            concurrentJobs: slots,
            localQueue: { size: AHEAD },
            completeJobBatchDelay: GATHER_MS,
            failJobBatchDelay: GATHER_MS,
          },
        },
      });
    },
    unfinished: async () => {
      const { rows } = await pool.query<{ n: number }>(
        'select count(*)::int as n from graphile_worker._private_jobs',
      );
      return rows[0]?.n ?? 0;
    },
    close: async () => {
      await runner?.stop();
      await utils.release();
      await pool.end();
    },
  };
};

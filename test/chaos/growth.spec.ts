import { setTimeout as sleep } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import { Injectable, Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackendUnavailableError, QueueRegistry, Task, TasksModule, WorkerPool } from 'nestjs-tasks';
import { startApp } from './processes/chaos-app.js';
import { QUEUE } from './processes/settings.js';
import type { ChaosBroker } from './harness/broker.js';
import { STORE_KINDS } from './harness/kinds.js';
import { IS_LONG } from './harness/share-runs.js';

const JOBS = IS_LONG ? 1_000_000 : 100_000;
/** Tombstones, kept results and the like have reached their bounds by then. */
const WARM = 20_000;
/** In one call. */
const BURST = 100_000;
const BATCH = 1_000;
const WAITING_AT_MOST = 5_000;
const MEGABYTE = 1_048_576;
/** Of the server, and of the heap: far less than the jobs would take that came after. */
const GROWTH_AT_MOST = 4 * MEGABYTE;
const HEAP_GROWTH_AT_MOST = 10 * MEGABYTE;
const ENTRIES_GROWTH_AT_MOST = 5;
/** Tombstones that PostgreSQL made in one step have one moment, and go together: of the 10,000 that stay, a step may be missing at first. */
const TRIM_STEP = 1_000;
const SLOTS = 100;

describe.each(STORE_KINDS)(`${JOBS} jobs on $name`, (kind) => {
  let broker: ChaosBroker;
  let app: Awaited<ReturnType<typeof startApp>>;
  let runs = 0;

  beforeAll(async () => {
    broker = await kind.start({ commandTimeout: 10_000 });
    @Injectable()
    class Work {
      @Task({ name: 'noop' })
      async noop(): Promise<void> {
        runs++;
      }
    }
    @Module({
      imports: [
        TasksModule.forRoot({
          backends: broker.backends(),
          queues: [{ name: QUEUE, backend: broker.backends().at(-1)?.name }],
          worker: { workerCount: 1, maxConcurrentTasks: SLOTS, autoStart: false },
          retention: { completedMax: 1_000 },
        }),
      ],
      providers: [Work],
    })
    class App {}
    app = await startApp(App);
    await app.init();
  });

  afterAll(async () => {
    await app.close();
    await broker.stop();
  });

  const queue = () => app.get(QueueRegistry).get(QUEUE);
  const requests = (from: number, count: number) =>
    Array.from({ length: count }, (_, place) => ({
      name: 'noop',
      id: `job-${from + place}`,
      payload: { at: place },
    }));

  it('are there once each when one call enqueues 100,000 and a reply is lost on the way', async () => {
    const burst = requests(0, BURST);
    const { proxy, request } = broker.lineOf('enqueue');
    const { swallowed } = proxy;
    proxy.swallowNextReply(request);
    const first = queue().enqueueMany(burst);
    await expect(first).rejects.toThrow(BackendUnavailableError);
    expect(proxy.swallowed).toBe(swallowed + 1);
    const again = await insist(() => queue().enqueueMany(burst));
    expect(again).toHaveLength(burst.length);
    expect(await queue().counts()).toMatchObject({ pending: burst.length });
  }, 120_000);

  it('are not taken before there are slots for them, however many wait', async () => {
    const pool = app.get(WorkerPool);
    await pool.start();
    const ahead = queue().backend.capabilities.lookAhead;
    let most = 0;
    for (const within = deadline(); runs < BURST && within();) {
      const { running } = await queue().counts();
      most = Math.max(most, running);
    }
    // Where claims go over several connections, what one settles is running still while the other's jobs are taken already.
    const calls = kind.name !== 'postgres' ? 1 : queue().backend.capabilities.claimsInFlight;
    expect(most).toBeLessThanOrEqual((SLOTS + ahead) * calls);
    expect(runs).toBe(BURST);
  }, 300_000);

  it(
    'leave nothing behind that grows: not on the server, not in the process',
    async () => {
      await app.get(WorkerPool).start();
      const base = runs;
      const flow = async (from: number, to: number): Promise<void> => {
        for (let at = from; at < to; at += BATCH) {
          for (const within = deadline(); at - (runs - base) > WAITING_AT_MOST && within();) await turn();
          await queue().enqueueMany(requests(1_000_000 + at, BATCH));
        }
        for (const within = deadline(); runs < base + to && within();) await turn();
      };
      // What is over its bounds goes off the hot path, in small batches: soon, not at once.
      const settled = async () => {
        let last = await broker.footprint();
        for (const within = deadline(); within();) {
          await sleep(2_000);
          const now = await broker.footprint();
          if (now.entries === last.entries) break;
          last = now;
        }
        return last;
      };
      await flow(0, WARM);
      const before = { ...(await settled()), heap: heapUsed() };
      await flow(WARM, JOBS);
      const atMost = before.entries + ENTRIES_GROWTH_AT_MOST + (kind.name === 'postgres' ? TRIM_STEP : 0);
      const after = { ...(await settled()), heap: heapUsed() };
      expect(after.entries).toBeLessThanOrEqual(atMost);
      console.log(
        `server ${before.bytes} → ${after.bytes} bytes, ${before.entries} → ${after.entries} entries, heap ${before.heap} → ${after.heap}`,
      );
      expect(after.bytes - before.bytes).toBeLessThan(GROWTH_AT_MOST);
      expect(after.heap - before.heap).toBeLessThan(HEAP_GROWTH_AT_MOST);
    },
    IS_LONG ? 1_800_000 : 300_000,
  );
});

/** @returns what is true until no jobs can be expected any more @throws from then on */
function deadline(ms = 60_000): () => boolean {
  const end = performance.now() + ms;
  return () => {
    if (performance.now() > end) throw new Error('Jobs do not flow.');
    return true;
  };
}

/** Calls again until the backend is there, as the error says: with the same ids that is safe. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (const within = deadline(); within(); await turn()) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof BackendUnavailableError)) throw error;
    }
  }
  throw new Error('The backend did not come back.');
}

const turn = () => new Promise((resolve) => void setTimeout(resolve, 2));

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

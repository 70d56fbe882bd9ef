import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import { Injectable, Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackendUnavailableError, QueueRegistry, Task, TasksModule, WorkerPool } from 'nestjs-tasks';
import { startApp } from './processes/chaos-app.js';
import { QUEUE } from './processes/settings.js';
import { type RedisBroker, redisKind } from './harness/redis-broker.js';

const isLong = process.env['TASKS_TEST_LONG'] === '1';
const JOBS = isLong ? 1_000_000 : 100_000;
/** Tombstones, kept results and the like have reached their bounds by then. */
const WARM = 30_000;
/** In one call. */
const BURST = 100_000;
const BATCH = 1_000;
const WAITING_AT_MOST = 5_000;
const MEGABYTE = 1_048_576;
/** Of the server, and of the heap: far less than the jobs would take that came after. */
const GROWTH_AT_MOST = 4 * MEGABYTE;
const HEAP_GROWTH_AT_MOST = 10 * MEGABYTE;
const SLOTS = 100;

describe(`${JOBS} jobs on redis`, () => {
  let broker: RedisBroker;
  let app: Awaited<ReturnType<typeof startApp>>;
  let runs = 0;

  beforeAll(async () => {
    broker = (await redisKind.start({ commandTimeout: 10_000 })) as RedisBroker;
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
          backend: broker.backend(),
          queues: [{ name: QUEUE }],
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
    const swallowed = broker.proxy.swallowed;
    broker.proxy.swallowNextReply(broker.requestOf('enqueue'));
    const first = queue().enqueueMany(burst);
    await expect(first).rejects.toThrow(BackendUnavailableError);
    expect(broker.proxy.swallowed).toBe(swallowed + 1);
    const again = await insist(() => queue().enqueueMany(burst));
    expect(again).toHaveLength(burst.length);
    expect(await queue().counts()).toMatchObject({ pending: burst.length });
  });

  it('are not taken before there are slots for them, however many wait', async () => {
    const pool = app.get(WorkerPool);
    await pool.start();
    const ahead = queue().backend.capabilities.lookAhead;
    let most = 0;
    for (const within = deadline(); runs < BURST && within();) {
      const { running } = await queue().counts();
      most = Math.max(most, running);
    }
    expect(most).toBeLessThanOrEqual(SLOTS + ahead);
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
      await flow(0, WARM);
      const before = {
        memory: await settledMemory(broker),
        keys: await broker.admin.dbsize(),
        heap: heapUsed(),
      };
      await flow(WARM, JOBS);
      const after = {
        memory: await settledMemory(broker),
        keys: await broker.admin.dbsize(),
        heap: heapUsed(),
      };
      console.log(
        `server ${before.memory} → ${after.memory} bytes, ${before.keys} → ${after.keys} keys, heap ${before.heap} → ${after.heap}`,
      );
      expect(after.memory - before.memory).toBeLessThan(GROWTH_AT_MOST);
      expect(after.keys).toBeLessThanOrEqual(before.keys + 5);
      expect(after.heap - before.heap).toBeLessThan(HEAP_GROWTH_AT_MOST);
    },
    isLong ? 1_800_000 : 300_000,
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

/** Once the buffers of replies are gone. */
async function settledMemory(broker: RedisBroker): Promise<number> {
  await broker.admin.call('MEMORY', ['PURGE']);
  return broker.memory();
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

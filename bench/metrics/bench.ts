import 'reflect-metadata';
import { type INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getQueueToken, Task, type TaskQueue, TasksModule, WorkerPool } from 'nestjs-tasks';
import { TasksMetrics, TasksMetricsModule } from 'nestjs-tasks/metrics';
import { type BenchSize, type Measure, measured } from '../measure.js';
import { quantile } from '../broker/quantile.js';

/** Microseconds of processor time that metrics add to a job. */
const TARGET = 1;
const BATCH = 1_000;

@Injectable()
class Nothing {
  @Task({ name: 'nothing' })
  nothing(): void {}
}

const tasks = () =>
  TasksModule.forRoot({
    env: {},
    logging: 'none',
    retention: { completedMax: 0 },
    worker: { workerCount: 1 },
  });

@Module({ imports: [tasks()], providers: [Nothing] })
class PlainModule {}

@Module({ imports: [tasks(), TasksMetricsModule.forRoot({ path: false })], providers: [Nothing] })
class MeasuredModule {}

/** The same jobs in memory with metrics and without, in turn: what both take of the processor, and what the difference is. */
export async function* metricsBench({ quick }: BenchSize): AsyncIterable<Measure> {
  const [rounds, jobs] = quick ? [5, 20_000] : [15, 50_000];
  const apps = await Promise.all(
    [PlainModule, MeasuredModule].map((module) =>
      NestFactory.createApplicationContext(module, { logger: ['error'] }),
    ),
  );
  const costs: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round++) {
    // Whoever comes first in a round comes second in the next.
    for (const place of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const cost = await costOf(apps[place] as INestApplicationContext, jobs);
      // The first round warms up.
      if (round > 0) costs[place]?.push(cost);
    }
  }
  const measuredApp = apps[1] as INestApplicationContext;
  const { body } = await measuredApp.get(TasksMetrics).scrape();
  const counted = Number(/tasks_runs_total\{.*outcome="completed"\} (\d+)/.exec(body)?.[1]);
  if (counted !== (rounds + 1) * jobs) throw new Error(`Metrics counted ${counted} of the runs.`);
  for (const app of apps) await app.close();
  const [without, withThem] = [quantile(costs[0], 0.5), quantile(costs[1], 0.5)];
  yield row('a job in memory, without metrics', without, null);
  yield row('a job in memory, with metrics', withThem, null);
  yield row('what metrics add to a job', withThem - without, TARGET);
}

/** Enqueues so many and has them run. @returns microseconds of processor time of each */
async function costOf(app: INestApplicationContext, jobs: number): Promise<number> {
  const queue = app.get<TaskQueue>(getQueueToken(), { strict: false });
  const pool = app.get(WorkerPool);
  const target = pool.stats().jobs + jobs;
  const usage = process.cpuUsage();
  for (let sent = 0; sent < jobs; sent += BATCH) {
    await queue.enqueueMany(Array.from({ length: BATCH }, () => ({ name: 'nothing' })));
  }
  while (pool.stats().jobs < target) await new Promise((resolve) => void setImmediate(resolve));
  const { user, system } = process.cpuUsage(usage);
  return (user + system) / jobs;
}

const row = (measure: string, ours: number, target: number | null): Measure =>
  measured({
    backend: 'metrics',
    measure,
    unit: 'µs of processor time',
    ours,
    peers: {},
    raw: null,
    ratio: ours,
    target,
    better: 'lower',
  });

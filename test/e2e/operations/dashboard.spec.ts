import { type BackendOptions, TasksModule } from 'nestjs-tasks';
import { TaskDashboard, TasksDashboardModule, type TasksDashboardOptions } from 'nestjs-tasks/dashboard';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LatencySketch } from '../../../lib/dashboard/latency-sketch.js';
import { Random, testSeed } from '../../../lib/testing/random.js';
import { queueOf } from '../queue-of.js';
import { startApp } from '../start-app.js';
import { type Place, SHARED_BROKERS } from './brokers.js';
import { SampleWork } from './sample-work.js';

const start = (options: TasksDashboardOptions = {}, backend?: BackendOptions) =>
  startApp({
    imports: [
      TasksModule.forRoot({ ...(backend && { backend }), logging: 'none' }),
      TasksDashboardModule.forRoot(options),
    ],
    providers: [SampleWork],
  });
type App = Awaited<ReturnType<typeof start>>;

async function run(app: App, ...tasks: string[]): Promise<void> {
  for (const task of tasks) await (await queueOf(app).enqueue(task, 'Ada')).result().catch(() => undefined);
}

describe('The dashboard', () => {
  it('sums up what was run, what failed and how fast it goes', async () => {
    const app = await start();
    await run(app, 'greet', 'shaky', 'doomed');
    const summary = await app.get(TaskDashboard).summary();
    expect(summary).toMatchObject({
      scope: 'process',
      runs: 4,
      completed: 2,
      retried: 1,
      failed: 1,
      errorRate: 0.5,
    });
    expect(summary.throughput).toBeCloseTo(4 / (summary.window / 1_000));
  });

  it('has the numbers of each task, with percentiles in their order', async () => {
    const app = await start();
    await run(app, 'greet', 'greet', 'shaky', 'doomed');
    const tasks = await app.get(TaskDashboard).tasks();
    expect(tasks.map(({ task, runs, errorRate }) => [task, runs, errorRate])).toEqual(
      expect.arrayContaining([
        ['greet', 2, 0],
        ['shaky', 2, 0.5],
        ['doomed', 1, 1],
      ]),
    );
    expect(tasks.every(({ p50, p95, p99 }) => 0 < p50 && p50 <= p95 && p95 <= p99)).toBe(true);
  });

  it('lists the latest runs, newest first, by task and outcome, and no more than it is to keep', async () => {
    const app = await start({ history: 3 });
    await run(app, 'greet', 'shaky', 'doomed');
    const dashboard = app.get(TaskDashboard);
    const history = await dashboard.history();
    expect(history.map(({ task, outcome }) => [task, outcome])).toEqual([
      ['doomed', 'failed'],
      ['shaky', 'completed'],
      ['shaky', 'retrying'],
    ]);
    expect(history[2]?.error).toMatchObject({ name: 'Error', message: 'the first attempt fails' });
    expect(await dashboard.history({ task: 'shaky', outcome: 'completed' })).toHaveLength(1);
    expect(await dashboard.history({ limit: 1 })).toHaveLength(1);
  });

  it('groups errors by task and message', async () => {
    const app = await start();
    await run(app, 'shaky', 'shaky', 'doomed');
    expect(await app.get(TaskDashboard).recentErrors()).toMatchObject([
      { task: 'doomed', message: 'it never works', count: 1 },
      { task: 'shaky', message: 'the first attempt fails', count: 2 },
    ]);
  });

  it('counts what is over its bound of tasks together', async () => {
    const app = await start({ maxTasks: 1 });
    await run(app, 'greet', 'doomed');
    const tasks = await app.get(TaskDashboard).tasks();
    expect(new Set(tasks.map(({ task }) => task))).toEqual(new Set(['greet', '_other']));
  });

  it('forgets everything with a reset, and counts on', async () => {
    const app = await start();
    const dashboard = app.get(TaskDashboard);
    await run(app, 'greet', 'doomed');
    await dashboard.reset();
    expect([await dashboard.tasks(), await dashboard.history(), await dashboard.recentErrors()]).toEqual([
      [],
      [],
      [],
    ]);
    await run(app, 'greet');
    expect((await dashboard.summary()).runs).toBe(1);
  });

  it.each([{ window: '1s' }, { interval: 1 }, { history: 0 }, { maxTasks: 0.5 }])('refuses %j', (options) => {
    expect(() => TasksDashboardModule.forRoot(options)).toThrow(`dashboard.${Object.keys(options)[0]}`);
  });
});

describe.each(SHARED_BROKERS)('The dashboard of several processes on %s', (_name, prepare) => {
  let place: Place;
  beforeEach(async () => {
    place = await prepare();
  });
  afterEach(() => place.drop());

  it('is the same from each, counts every run once, and keeps what a process that has closed has run', async () => {
    const [one, two] = await Promise.all([start({}, place.backend), start({}, place.backend)]);
    for (let n = 0; n < 10; n++) await run(one, 'greet');
    await run(two, 'doomed');
    await two.close();
    const dashboard = one.get(TaskDashboard);
    expect(await dashboard.summary()).toMatchObject({ scope: 'fleet', runs: 11, completed: 10, failed: 1 });
    expect(await dashboard.recentErrors()).toMatchObject([{ task: 'doomed', count: 1 }]);
  });

  it('is reset for all of them', async () => {
    const [one, two] = await Promise.all([start({}, place.backend), start({}, place.backend)]);
    await run(one, 'greet', 'greet');
    await two.get(TaskDashboard).summary();
    await one.get(TaskDashboard).reset();
    expect((await two.get(TaskDashboard).summary()).runs).toBe(0);
    expect((await one.get(TaskDashboard).summary()).runs).toBe(0);
  });
});

describe('The sketch of durations', () => {
  it('gives percentiles within 2 % of the true ones, also when it was put together from parts', () => {
    const seed = testSeed();
    console.log(`seed ${seed}`);
    const random = new Random(seed);
    const values = Array.from({ length: 5_000 }, () => 0.1 * 10 ** (random.next() * 5));
    const parts = Array.from({ length: 4 }, () => new LatencySketch());
    values.forEach((value, place) => parts[place % 4]?.add(value));
    const whole = new LatencySketch();
    for (const part of parts) whole.merge(part.toData());
    const ordered = Float64Array.from(values).toSorted();
    for (const share of [0.01, 0.5, 0.95, 0.99, 1]) {
      const exact = ordered[Math.ceil(share * values.length) - 1] as number;
      expect(Math.abs(whole.percentile(share) - exact) / exact).toBeLessThanOrEqual(0.0201);
    }
  });

  it('is of nothing at first, and bounded at both ends', () => {
    const sketch = new LatencySketch();
    expect(sketch.percentile(0.5)).toBe(0);
    for (const value of [0, 1e-9, 1e12]) sketch.add(value);
    expect(sketch.percentile(0.01)).toBeCloseTo(0.01, 3);
    expect(Math.abs(sketch.percentile(1) / 86_400_000 - 1)).toBeLessThan(0.021);
  });
});

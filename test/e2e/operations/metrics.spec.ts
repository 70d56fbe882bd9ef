import { type CanActivate, Injectable } from '@nestjs/common';
import { CapturingLogger, Test } from '@nestjs/testing';
import { type BackendOptions, Task, TasksModule, WorkerPool } from 'nestjs-tasks';
import {
  METRIC_CATALOGUE,
  TasksMetrics,
  TasksMetricsModule,
  type TasksMetricsOptions,
  type TasksMetricsRoute,
} from 'nestjs-tasks/metrics';
import { register, Registry } from 'prom-client';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Gate } from '../gate.js';
import { queueOf } from '../queue-of.js';
import { startApp } from '../start-app.js';
import { type Place, SHARED_BROKERS } from './brokers.js';
import { SampleWork } from './sample-work.js';
import { scraped, typeOf, valueOf } from '../../../sample/07-operations/src/stage/scraped.js';

const start = (
  options: TasksMetricsOptions & TasksMetricsRoute = {},
  backend?: BackendOptions,
  logger = new CapturingLogger(),
) =>
  startApp(
    {
      imports: [
        TasksModule.forRoot({ ...(backend && { backend }), logging: 'none' }),
        TasksMetricsModule.forRoot(options),
      ],
      providers: [SampleWork],
    },
    { logger },
  );
const scrape = async (app: Awaited<ReturnType<typeof start>>): Promise<string> =>
  (await app.get(TasksMetrics).scrape()).body;

/** Runs one job of each kind. */
async function work(app: Awaited<ReturnType<typeof start>>): Promise<void> {
  const queue = queueOf(app);
  await (await queue.enqueue('greet', 'Ada')).result();
  await (await queue.enqueue('shaky')).result();
  await (await queue.enqueue('doomed')).result().catch(() => undefined);
}

describe('The metrics of an app', () => {
  it('count what was enqueued, and how each run ended', async () => {
    const app = await start();
    await work(app);
    const text = await scrape(app);
    const runs = (task: string, outcome: string) => valueOf(text, 'tasks_runs_total', { task, outcome });
    expect(valueOf(text, 'tasks_enqueued_total', { task: 'greet', queue: 'default' })).toBe(1);
    expect([runs('greet', 'completed'), runs('shaky', 'retrying'), runs('shaky', 'completed')]).toEqual([
      1, 1, 1,
    ]);
    expect(runs('doomed', 'failed')).toBe(1);
    expect(valueOf(text, 'tasks_dead_letters_total', { task: 'doomed', reason: 'TASKS_UNRECOVERABLE' })).toBe(
      1,
    );
  });

  it('have a histogram of each wait, of first starts alone, and of each run', async () => {
    const app = await start();
    await work(app);
    const text = await scrape(app);
    expect(valueOf(text, 'tasks_wait_seconds_count', { task: 'shaky' })).toBe(1);
    expect(valueOf(text, 'tasks_run_seconds_count', { task: 'shaky' })).toBe(2);
    expect(valueOf(text, 'tasks_run_seconds_bucket', { task: 'shaky', le: '300' })).toBe(2);
    expect(valueOf(text, 'tasks_run_seconds_bucket', { task: 'shaky', le: '+Inf' })).toBe(2);
  });

  it('tell the depth of each queue by state, and how long the oldest ready job waits', async () => {
    const app = await start();
    await app.get(WorkerPool).stop();
    await queueOf(app).enqueue('greet', 'Ada');
    await queueOf(app).enqueue('greet', 'Bob', { delay: '1h' });
    const text = await scrape(app);
    expect(valueOf(text, 'tasks_queue_jobs', { queue: 'default', state: 'pending' })).toBe(1);
    expect(valueOf(text, 'tasks_queue_jobs', { queue: 'default', state: 'scheduled' })).toBe(1);
    expect(valueOf(text, 'tasks_queue_oldest_seconds', { queue: 'default' })).toBeGreaterThan(0);
    expect(valueOf(text, 'tasks_queue_oldest_seconds', { queue: 'urgent' })).toBe(0);
    expect(valueOf(text, 'tasks_backend_up')).toBe(1);
  });

  it('tell which queue is paused', async () => {
    const app = await start();
    await queueOf(app).pause();
    const text = await scrape(app);
    const paused = ['default', 'urgent'].map((queue) => valueOf(text, 'tasks_queue_paused', { queue }));
    expect(paused).toEqual([1, 0]);
  });

  it('tell the slots, and which of them are in use', async () => {
    const opened = new Gate();
    const started = new Gate();
    @Injectable()
    class Slow {
      @Task({ name: 'slow' }) async slow(): Promise<void> {
        started.open();
        await opened.opened;
      }
    }
    const app = await startApp({
      imports: [
        TasksModule.forRoot({ worker: { workerCount: 2, maxConcurrentTasks: 3 } }),
        TasksMetricsModule.forRoot(),
      ],
      providers: [Slow],
    });
    await queueOf(app).enqueue('slow');
    await started.opened;
    const text = await scrape(app);
    opened.open();
    expect(valueOf(text, 'tasks_workers')).toBe(2);
    expect([valueOf(text, 'tasks_worker_slots'), valueOf(text, 'tasks_worker_slots_used')]).toEqual([6, 1]);
  });

  it('tell the batches in which jobs were claimed and settled', async () => {
    const app = await start();
    await work(app);
    const text = await scrape(app);
    expect(valueOf(text, 'tasks_claim_jobs_sum')).toBe(4);
    expect(valueOf(text, 'tasks_settle_jobs_sum')).toBeGreaterThanOrEqual(3);
  });

  it('are each of the type that the catalogue has', async () => {
    const app = await start();
    await work(app);
    const text = await scrape(app);
    const types = METRIC_CATALOGUE.map(({ name }) => typeOf(text, `tasks_${name}`));
    expect(types).toEqual(METRIC_CATALOGUE.map(({ type }) => type));
  });

  it('have a series for each task before its first job, so that no first one is missed', async () => {
    const text = await scrape(await start());
    expect(valueOf(text, 'tasks_runs_total', { task: 'doomed', outcome: 'failed' })).toBe(0);
    expect(valueOf(text, 'tasks_dead_letters_total', { task: 'doomed', reason: 'error' })).toBe(0);
  });

  it('have one name for a queue that goes by two: the name of the primary backend is its default queue', async () => {
    @Injectable()
    class Named {
      @Task({ name: 'named', queue: 'main' }) async named(): Promise<void> {}
    }
    const app = await startApp({
      imports: [
        TasksModule.forRoot({ backends: [{ name: 'main', type: 'memory' }], logging: 'none' }),
        TasksMetricsModule.forRoot(),
      ],
      providers: [Named],
    });
    await (await queueOf(app, 'main').enqueue('named')).result();
    const counted = scraped(await scrape(app)).get('tasks_enqueued_total');
    expect(counted).toEqual([{ labels: { queue: 'default', task: 'named' }, value: 1 }]);
  });

  it('are bounded: what is over the bound is counted together, and said once', async () => {
    const logger = new CapturingLogger();
    const app = await start({ maxTasks: 4 }, undefined, logger);
    await app.get(WorkerPool).stop();
    for (let n = 0; n < 10; n++) await queueOf(app).enqueue(`made-up-${n}`);
    const text = await scrape(app);
    const tasks = (scraped(text).get('tasks_enqueued_total') ?? []).map(({ labels }) => labels['task']);
    expect(new Set(tasks)).toEqual(new Set(['_other', 'doomed', 'greet', 'made-up-0', 'shaky']));
    expect(valueOf(text, 'tasks_enqueued_total', { task: '_other' })).toBe(9);
    expect(logger.filter({ context: 'TasksMetrics' })).toHaveLength(1);
  });

  it('go into the registry of the app, beside its own, and leave it with the app', async () => {
    const registry = new Registry();
    const app = await start({ registry, prefix: 'jobs_' });
    expect(registry.getSingleMetric('jobs_runs_total')).toBeDefined();
    await app.close();
    expect(registry.getMetricsAsArray()).toEqual([]);
  });

  it('go into the registry that a factory chooses, with what prom-client itself says of the process', async () => {
    class Monitoring {
      readonly registry = new Registry();
    }
    class MonitoringModule {}
    const app = await startApp({
      imports: [
        TasksModule.forRoot({ logging: 'none' }),
        TasksMetricsModule.forRootAsync({
          imports: [{ module: MonitoringModule, providers: [Monitoring], exports: [Monitoring] }],
          inject: [Monitoring],
          useFactory: async ({ registry }: Monitoring) => ({ registry, processMetrics: true }),
        }),
      ],
    });
    const { registry } = app.get(Monitoring, { strict: false });
    expect(app.get(TasksMetrics).registry).toBe(registry);
    expect(valueOf(await scrape(app), 'process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(valueOf(await registry.metrics(), 'tasks_workers')).toBe(4);
  });

  it('go into the global registry of prom-client where that is asked for', async () => {
    const app = await start({ registry: 'default' });
    expect(register.getSingleMetric('tasks_workers')).toBeDefined();
    await app.close();
    expect(register.getSingleMetric('tasks_workers')).toBeUndefined();
  });

  it('refuse a registry in which another app counts under the same names', async () => {
    const registry = new Registry();
    await start({ registry });
    await expect(start({ registry })).rejects.toMatchObject({ code: 'TASKS_INVALID_OPTION' });
  });

  it.each([
    ['prefix', { prefix: '1-a' }],
    ['maxTasks', { maxTasks: 0 }],
    ['runBuckets', { runBuckets: [2, 1] }],
    ['lease', { lease: 10 }],
    ['registry', { registry: {} as never }],
  ])('refuse a wrong %s by its path', async (key, options) => {
    await expect(start(options)).rejects.toThrow(`metrics.${key}`);
  });
});

describe('The endpoint of the metrics', () => {
  async function served(route: TasksMetricsRoute = {}, prefix = ''): Promise<App> {
    const module = await Test.createTestingModule({
      imports: [TasksModule.forRoot(), TasksMetricsModule.forRoot(route)],
      providers: [SampleWork],
    }).compile();
    const app = module.createNestApplication({ logger: false });
    if (prefix !== '') app.setGlobalPrefix(prefix);
    onTestFinished(() => app.close());
    await app.init();
    return app.getHttpServer() as App;
  }

  it('gives the text of Prometheus, under its content type', async () => {
    const { status, headers, text } = await request(await served()).get('/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/plain; ?(charset=utf-8; ?)?version=0\.0\.4/);
    expect(valueOf(text, 'tasks_workers')).toBe(4);
  });

  it('stands where the route says, behind the prefix of the app', async () => {
    const server = await served({ path: 'ops/metrics' }, 'api');
    expect((await request(server).get('/api/ops/metrics')).status).toBe(200);
    expect((await request(server).get('/metrics')).status).toBe(404);
  });

  it('is not there where the app serves the metrics itself', async () => {
    expect((await request(await served({ path: false })).get('/metrics')).status).toBe(404);
  });

  it('can be covered by a guard, made with injection', async () => {
    @Injectable()
    class Keys {
      readonly key = 's3cret';
    }
    @Injectable()
    class KeyGuard implements CanActivate {
      constructor(private readonly keys: Keys) {}
      canActivate(context: {
        switchToHttp(): { getRequest(): { headers: Record<string, string> } };
      }): boolean {
        return context.switchToHttp().getRequest().headers['x-key'] === this.keys.key;
      }
    }
    class KeyModule {}
    const server = await served({
      guards: [KeyGuard],
      imports: [{ module: KeyModule, providers: [Keys], exports: [Keys] }],
    });
    expect((await request(server).get('/metrics')).status).toBe(403);
    expect((await request(server).get('/metrics').set('x-key', 's3cret')).status).toBe(200);
  });
});

describe.each(SHARED_BROKERS)('The queues of several processes on %s', (_name, prepare) => {
  let place: Place;
  beforeEach(async () => {
    place = await prepare();
  });
  afterEach(() => place.drop());

  const exporters = async (apps: readonly Awaited<ReturnType<typeof start>>[]): Promise<number[]> =>
    (await Promise.all(apps.map(scrape))).map((text) => (scraped(text).get('tasks_queue_jobs') ?? []).length);

  it('are exported by one of them, and by another when that one has closed', async () => {
    const apps = await Promise.all([1, 2].map(() => start({ lease: '3s' }, place.backend)));
    const before = await exporters(apps);
    expect(before.filter((count) => count > 0)).toHaveLength(1);
    const leader = before.findIndex((count) => count > 0);
    await apps[leader]?.close();
    const other = apps[1 - leader];
    if (other === undefined) throw new Error('there is no other');
    // Its next turn is up to a third of the lease away.
    await expect.poll(() => exporters([other]), { timeout: 15_000, interval: 200 }).toEqual([before[leader]]);
  });

  it('are exported by another when that one was cut off without a word', async () => {
    const { backend, proxy } = await place.behindProxy();
    onTestFinished(() => proxy.close());
    const cutOff = await start({ lease: '1s', scrapeTimeout: '300ms' }, backend);
    expect((await exporters([cutOff]))[0]).toBeGreaterThan(0);
    const other = await start({ lease: '1s' }, place.backend);
    expect(await exporters([other])).toEqual([0]);
    proxy.silence(true);
    await expect
      .poll(() => exporters([other]).then(([count]) => count), { timeout: 15_000 })
      .toBeGreaterThan(0);
    const text = await scrape(cutOff);
    expect(valueOf(text, 'tasks_backend_up')).toBe(0);
    expect(valueOf(text, 'tasks_fleet_exporter')).toBe(0);
    proxy.silence(false);
  });
});

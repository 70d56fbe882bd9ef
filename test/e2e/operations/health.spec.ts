import { type CanActivate, Injectable } from '@nestjs/common';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import {
  type BackendOptions,
  Task,
  TaskScheduler,
  TasksModule,
  type TasksModuleOptions,
  WorkerPool,
} from 'nestjs-tasks';
import {
  TasksHealth,
  TasksHealthIndicator,
  TasksHealthModule,
  type TasksHealthOptions,
} from 'nestjs-tasks/health';
import { ManualClock } from 'nestjs-tasks/testing';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createMemoryBackend } from '../../../lib/backends/index.js';
import { Gate } from '../gate.js';
import { queueOf } from '../queue-of.js';
import { startApp } from '../start-app.js';
import { type Place, SHARED_BROKERS } from './brokers.js';
import { SampleWork } from './sample-work.js';

const start = (
  health: TasksHealthOptions = {},
  tasks: TasksModuleOptions = {},
  providers: (new () => unknown)[] = [],
) =>
  startApp({
    imports: [TasksModule.forRoot({ logging: 'none', ...tasks }), TasksHealthModule.forRoot(health)],
    providers: [SampleWork, ...providers],
  });
const check = (app: Awaited<ReturnType<typeof start>>) => app.get(TasksHealth).check();

describe('The health of tasks', () => {
  it('is up, and tells of each backend, each queue and the workers, as plain data', async () => {
    const app = await start();
    await (await queueOf(app).enqueue('greet', 'Ada')).result();
    const health = await check(app);
    expect(health).toMatchObject({ status: 'up', reasons: [], parts: {} });
    expect(Object.keys(health.queues).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'bulk',
      'default',
      'urgent',
    ]);
    expect(health.workers).toMatchObject({
      status: 'up',
      running: true,
      draining: false,
      size: 4,
      successRate: 1,
    });
    expect(JSON.parse(JSON.stringify(health))).toEqual(health);
  });

  it('is degraded when a job has been ready for too long, and down where the app says so', async () => {
    const clock = new ManualClock();
    const app = await start(
      { queues: { urgent: { downAge: '10m' } } },
      { clock, worker: { autoStart: false } },
    );
    await queueOf(app).enqueue('greet');
    await clock.advance(299_000);
    expect((await check(app)).status).toBe('up');
    await clock.advance(2_000);
    const late = await check(app);
    expect(late.queues['default']).toMatchObject({ status: 'degraded', oldestAge: 301_000 });
    expect(late.reasons).toEqual(['queue default: the oldest ready job waits for 301 s, longer than 300 s']);
    await queueOf(app, 'urgent').enqueue('greet');
    await clock.advance(601_000);
    expect(await check(app)).toMatchObject({
      status: 'down',
      queues: { default: { status: 'degraded' }, urgent: { status: 'down' } },
    });
  });

  it('is degraded when too many jobs are pending', async () => {
    const app = await start({ thresholds: { degradedDepth: 1 } }, { worker: { autoStart: false } });
    await queueOf(app).enqueue('greet');
    expect((await check(app)).status).toBe('up');
    await queueOf(app).enqueue('greet');
    expect(await check(app)).toMatchObject({
      status: 'degraded',
      reasons: ['queue default: 2 jobs are pending, more than 1'],
    });
  });

  it('leaves out a queue that is not to be looked at', async () => {
    const app = await start({ queues: { bulk: false } });
    expect(Object.keys((await check(app)).queues)).not.toContain('bulk');
  });

  it('is down while the workers drain, before the first of them has ended', async () => {
    const opened = new Gate();
    const started = new Gate();
    @Injectable()
    class Slow {
      @Task({ name: 'slow' }) async slow(): Promise<void> {
        started.open();
        await opened.opened;
      }
    }
    const app = await start({}, {}, [Slow]);
    const health = app.get(TasksHealth);
    await queueOf(app).enqueue('slow');
    await started.opened;
    const draining = app.get(WorkerPool).drain();
    expect(await health.isReady()).toBe(false);
    expect((await health.check()).workers).toMatchObject({ status: 'down', draining: true, active: 1 });
    opened.open();
    await draining;
    expect((await health.check()).workers).toMatchObject({
      status: 'down',
      draining: false,
      reasons: ['they do not run'],
    });
  });

  it('has no workers in a process that only enqueues', async () => {
    const app = await start({}, { role: 'producer' });
    expect(await check(app)).toMatchObject({ status: 'up' });
    expect((await check(app)).workers).toBeUndefined();
  });

  it('has a scheduler that takes part, unless the options say no; one that was stopped is degraded', async () => {
    const without = await start({}, { scheduler: { enabled: false } });
    expect(await check(without)).not.toHaveProperty('scheduler');
    const app = await start();
    expect((await check(app)).scheduler).toMatchObject({ status: 'up', running: true, leading: true });
    await app.get(TaskScheduler).stop();
    expect(await check(app)).toMatchObject({
      status: 'degraded',
      reasons: ['scheduler: it does not run: another process has to fire the schedules'],
    });
  });

  it('counts what the app adds; what cannot be looked at is down', async () => {
    const app = await start();
    const remove = app.get(TasksHealth).add('search', () => ({ status: 'degraded', reasons: ['slow'] }));
    expect(await check(app)).toMatchObject({ status: 'degraded', reasons: ['search: slow'] });
    remove();
    app.get(TasksHealth).add('mail', () => Promise.reject(new Error('hunter2')));
    expect(await check(app)).toMatchObject({ status: 'down', parts: { mail: { status: 'down' } } });
  });

  it('is down, in bounded time, where a part that the app adds never answers', async () => {
    const app = await start({ timeout: 50 });
    app.get(TasksHealth).add('index', () => new Promise(() => undefined));
    expect(await check(app)).toMatchObject({ status: 'down', parts: { index: { status: 'down' } } });
  });

  it('is that of the worst backend, and says nothing that a driver says', async () => {
    const app = await start(
      {},
      {
        backendTypes: {
          broken: (options) => {
            const backend = createMemoryBackend(options);
            const refuse = () => Promise.reject(new Error('connect to redis://:hunter2@broker'));
            return { ...backend, queue: Object.assign(backend.queue, { ping: refuse, inspect: refuse }) };
          },
        },
        backends: [
          { name: 'main', type: 'memory' },
          { name: 'second', type: 'broken' },
        ],
      },
    );
    const health = await check(app);
    expect(health).toMatchObject({
      status: 'down',
      backends: { main: { status: 'up' }, second: { status: 'down', reasons: ['an unexpected error'] } },
      queues: { default: { status: 'up' }, second: { status: 'down' } },
    });
    expect(JSON.stringify(health)).not.toContain('hunter2');
  });

  it('refuses thresholds of a queue that is not declared, and says which was meant', async () => {
    await expect(start({ queues: { urgnt: {} } })).rejects.toThrow(/health\.queues\.urgnt.*"urgent"/);
  });

  it.each([
    [{ thresholds: { degradedDepth: -1 } }, 'health.thresholds.degradedDepth'],
    [{ thresholds: { maxAge: '1s' } as never }, 'health.thresholds.maxAge'],
    [{ timeout: 'soon' }, 'health.timeout'],
  ])('refuses %j', (options, path) => {
    expect(() => TasksHealthModule.forRoot(options as TasksHealthOptions)).toThrow(path);
  });
});

describe('The indicator', () => {
  it('is one for Terminus: degraded passes the check and down fails it', async () => {
    const app = await startApp({
      imports: [
        TasksModule.forRoot(),
        TasksHealthModule.forRoot(),
        TerminusModule.forRoot({ logger: false }),
      ],
    });
    const ask = () =>
      app.get(HealthCheckService).check([() => app.get(TasksHealthIndicator).isHealthy('tasks')]);
    expect(await ask()).toMatchObject({ status: 'ok', details: { tasks: { status: 'up' } } });
    const remove = app.get(TasksHealth).add('part', () => ({ status: 'degraded', reasons: ['slow'] }));
    expect(await ask()).toMatchObject({ status: 'degraded', info: { tasks: { status: 'degraded' } } });
    remove();
    await app.get(WorkerPool).stop();
    await expect(ask()).rejects.toMatchObject({
      response: { status: 'error', error: { tasks: { status: 'down' } } },
    });
  });
});

describe('The endpoint of the health', () => {
  async function served(options: TasksHealthOptions = {}): Promise<{ server: App; pool: WorkerPool }> {
    const module = await Test.createTestingModule({
      imports: [TasksModule.forRoot(), TasksHealthModule.forRoot(options)],
    }).compile();
    const app = module.createNestApplication({ logger: false });
    onTestFinished(() => app.close());
    await app.init();
    return { server: app.getHttpServer() as App, pool: app.get(WorkerPool) };
  }

  it('answers 200 while they are up, and 503 when they are down', async () => {
    const { server, pool } = await served();
    const up = await request(server).get('/health/tasks');
    expect([up.status, up.body]).toMatchObject([200, { status: 'up' }]);
    expect(up.headers['cache-control']).toBe('no-store');
    await pool.stop();
    expect(await request(server).get('/health/tasks')).toMatchObject({
      status: 503,
      body: { status: 'down' },
    });
  });

  it('can be elsewhere, or nowhere, and behind a guard', async () => {
    const no: CanActivate = { canActivate: () => false };
    expect((await request((await served({ path: 'ready', guards: [no] })).server).get('/ready')).status).toBe(
      403,
    );
    expect((await request((await served({ path: false })).server).get('/health/tasks')).status).toBe(404);
  });
});

describe.each(SHARED_BROKERS)('The health of tasks on %s', (_name, prepare) => {
  let place: Place;
  beforeEach(async () => {
    place = await prepare();
  });
  afterEach(() => place.drop());
  const on = (backend: BackendOptions) =>
    start({ timeout: '500ms' }, { backends: [{ name: 'main', ...backend }] });

  it('says who has answered', async () => {
    const { backends } = await check(await on(place.backend));
    expect(backends['main']).toMatchObject({ status: 'up', type: place.backend.type });
    expect(backends['main']?.version).toMatch(/^(Valkey )?\d+/);
  });

  it('tells what its scheduler does: one of a fleet leads, and one that is cut off says so', async () => {
    const { backend, proxy } = await place.behindProxy();
    onTestFinished(() => proxy.close());
    const scheduler = { lease: '1s' };
    const app = await start({ timeout: '500ms' }, { backend, scheduler });
    expect((await check(app)).scheduler).toMatchObject({ status: 'up', running: true, leading: true });
    const other = await start({ timeout: '500ms' }, { backend: place.backend, scheduler });
    expect((await check(other)).scheduler).toMatchObject({ status: 'up', running: true, leading: false });
    proxy.silence(true);
    await expect
      .poll(async () => (await check(app)).scheduler?.status, { timeout: 15_000, interval: 200 })
      .toBe('degraded');
    await expect
      .poll(async () => (await check(other)).scheduler?.leading, { timeout: 15_000, interval: 200 })
      .toBe(true);
    proxy.silence(false);
  });

  it('is down when the broker says nothing any more, in bounded time, and up again by itself', async () => {
    const { backend, proxy } = await place.behindProxy();
    onTestFinished(() => proxy.close());
    const app = await on(backend);
    expect((await check(app)).status).toBe('up');
    proxy.silence(true);
    const since = performance.now();
    const down = await check(app);
    expect(performance.now() - since).toBeLessThan(5_000);
    expect(down).toMatchObject({
      status: 'down',
      backends: { main: { status: 'down' } },
      queues: { default: { status: 'down' } },
    });
    expect(JSON.stringify(down)).not.toContain(String(proxy.port));
    proxy.silence(false);
    proxy.cut();
    await expect.poll(async () => (await check(app)).status, { timeout: 15_000, interval: 200 }).toBe('up');
  });
});

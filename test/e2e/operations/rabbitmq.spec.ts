import { TasksModule, type TasksModuleOptions, WorkerPool } from 'nestjs-tasks';
import { TaskDashboard, TasksDashboardModule } from 'nestjs-tasks/dashboard';
import { TasksHealth, TasksHealthModule } from 'nestjs-tasks/health';
import { TasksMetrics, TasksMetricsModule } from 'nestjs-tasks/metrics';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scraped, valueOf } from '../../../sample/07-operations/src/stage/scraped.js';
import { dropFromBroker, sharedRabbitMq, uniqueRabbitMqPrefix } from '../../servers/shared-rabbitmq.js';
import { queueOf } from '../queue-of.js';
import { startApp } from '../start-app.js';
import { SHARED_BROKERS } from './brokers.js';
import { SampleWork } from './sample-work.js';

const QUEUES = ['moved', 'default', 'urgent', 'bulk'];

const start = (tasks: TasksModuleOptions) =>
  startApp({
    imports: [
      TasksModule.forRoot({ logging: 'none', ...tasks }),
      TasksMetricsModule.forRoot({ lease: '3s' }),
      TasksHealthModule.forRoot({ thresholds: { degradedAge: 1 } }),
      TasksDashboardModule.forRoot(),
    ],
    providers: [SampleWork],
  });
type App = Awaited<ReturnType<typeof start>>;

/** A backend of that name on the broker, under names that nobody else has. */
async function onRabbitMq(name: string, state?: string) {
  const { url } = await sharedRabbitMq();
  const prefix = uniqueRabbitMqPrefix();
  const queues = QUEUES.flatMap((queue) => [`${prefix}.${queue}`, `${prefix}.${queue}:dead`]);
  onTestFinished(() => dropFromBroker(url, queues, [`${prefix}:work`, `${prefix}:dead`]));
  return { name, type: 'rabbitmq', url, options: { prefix }, ...(state !== undefined && { state }) };
}

const scrape = async (app: App): Promise<string> => (await app.get(TasksMetrics).scrape()).body;

/** Runs one job of each kind on the queue. */
async function work(app: App, queue: string): Promise<void> {
  for (const task of ['greet', 'shaky', 'doomed'])
    await (await queueOf(app, queue).enqueue(task, 'Ada')).result().catch(() => undefined);
}

describe.each(SHARED_BROKERS)('Jobs that RabbitMQ moves, and that are kept on %s', (_name, prepare) => {
  async function placed() {
    const place = await prepare();
    onTestFinished(() => place.drop());
    const kept = { name: 'kept', ...place.backend };
    return { backends: [kept, await onRabbitMq('moved', 'kept')] };
  }

  it('are counted by the metrics, whose queues one of two processes exports', async () => {
    const tasks = await placed();
    const apps = [await start(tasks), await start({ ...tasks, role: 'producer' })] as const;
    await work(apps[0], 'moved');
    const dead = { queue: 'moved', task: 'doomed', outcome: 'failed' };
    await expect.poll(async () => valueOf(await scrape(apps[0]), 'tasks_runs_total', dead)).toBe(1);
    const texts = await Promise.all(apps.map(scrape));
    const [text = ''] = texts;
    const queue = 'moved';
    const runs = (task: string, outcome: string) =>
      valueOf(text, 'tasks_runs_total', { queue, task, outcome });
    expect([runs('greet', 'completed'), runs('shaky', 'retrying')]).toEqual([1, 1]);
    expect(valueOf(text, 'tasks_claim_jobs_sum', { backend: 'moved' })).toBe(4);
    const exported = texts.map((one) => valueOf(one, 'tasks_queue_jobs', { queue, state: 'failed' }));
    expect(exported.filter((value) => value !== undefined)).toEqual([1]);
  });

  it('are in the dashboard of the fleet', async () => {
    const app = await start(await placed());
    await work(app, 'moved');
    const dashboard = app.get(TaskDashboard);
    // A result is known as soon as the ledger has it, a moment before its run is counted.
    await expect.poll(async () => (await dashboard.summary()).runs).toBe(4);
    expect(await dashboard.summary()).toMatchObject({ scope: 'fleet', retried: 1, failed: 1 });
    expect((await dashboard.history()).every(({ queue }) => queue === 'moved')).toBe(true);
    expect(await dashboard.recentErrors()).toMatchObject([{ task: 'doomed' }, { task: 'shaky' }]);
  });

  it('have an age while they wait', async () => {
    const app = await start(await placed());
    await app.get(WorkerPool).stop();
    await queueOf(app, 'moved').enqueue('greet', 'Ada');
    const { queues } = await app.get(TasksHealth).check();
    expect(queues['moved']).toMatchObject({ pending: 1, oldestAge: expect.any(Number) as number });
    expect(scraped(await scrape(app)).get('tasks_queue_oldest_seconds')).toHaveLength(4);
  });

  it('are dropped when their time is over', async () => {
    const tasks = { ...(await placed()), retention: { completedTtl: 300, failedTtl: 300 } };
    const runner = await start({ ...tasks, worker: { cleanupInterval: '1h' } });
    await work(runner, 'moved');
    await runner.close();
    const app = await start({ ...tasks, worker: { queues: ['urgent'], cleanupInterval: 1_000 } });
    await expect
      .poll(() => queueOf(app, 'moved').count(['completed', 'failed']), { timeout: 10_000 })
      .toBe(0);
  });
});

describe('Jobs that RabbitMQ has alone', () => {
  it('have no age, which nobody knows: a 0 would say that none waits', async () => {
    const app = await start({ backends: [await onRabbitMq('default-broker')] });
    await app.get(WorkerPool).stop();
    await queueOf(app).enqueue('greet', 'Ada');
    const text = await scrape(app);
    expect(valueOf(text, 'tasks_queue_jobs', { queue: 'default', state: 'pending' })).toBe(1);
    expect(scraped(text).get('tasks_queue_oldest_seconds')).toBeUndefined();
    const { queues } = await app.get(TasksHealth).check();
    expect(queues['default']).toMatchObject({ status: 'up', pending: 1 });
    expect(queues['default']).not.toHaveProperty('oldestAge');
    expect((await app.get(TaskDashboard).summary()).scope).toBe('process');
  });
});

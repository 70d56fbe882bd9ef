import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Global,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  InjectQueue,
  OnTaskEvent,
  Task,
  type TaskContext,
  TaskQueue,
  TasksClosedError,
  TasksModule,
  WorkerPool,
} from 'nestjs-tasks';
import { ManualClock } from 'nestjs-tasks/testing';
import { describe, expect, it } from 'vitest';
import { GlobalPoolModule, Pool, PoolModule } from './a-pool.js';
import { Gate, settle } from './gate.js';
import { nextEvent } from './next-event.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

@Injectable()
class SlowTasks {
  readonly started = new Gate();
  readonly finish = new Gate();
  poolAtTheEnd: boolean | undefined;
  constructor(private readonly pool: Pool) {}

  @Task({ timeout: '1h' })
  async slow() {
    this.started.open();
    await this.finish.opened;
    this.poolAtTheEnd = this.pool.isOpen;
  }
}

/** Closes the app while its slow task runs, and lets that finish in the middle of it. */
async function closeWhileSlow(app: TestingModule, tasks: SlowTasks): Promise<void> {
  await queueOf(app).enqueue('slow');
  await tasks.started.opened;
  const closed = app.close();
  await settle();
  tasks.finish.open();
  await closed;
}

describe('Starting', () => {
  it('lets every module enqueue from its first hook on, also one that is global and imported before', async () => {
    @Injectable()
    class Early implements OnModuleInit {
      jobId = '';
      constructor(@InjectQueue() private readonly queue: TaskQueue) {}
      async onModuleInit() {
        this.jobId = (await this.queue.enqueue('hello', undefined)).id;
      }
    }
    @Global()
    @Module({ providers: [Early] })
    class EarlyModule {}
    @Injectable()
    class Hello {
      @Task({ name: 'hello', maxRetries: 7 }) hello() {
        return 'hello';
      }
    }
    const app = await startApp({ imports: [EarlyModule, TasksModule.forRoot()], providers: [Hello] });
    const job = await queueOf(app).get(app.get(Early).jobId);
    expect(job?.maxRetries).toBe(7);
    await expect(job?.result()).resolves.toBe('hello');
  });

  it('runs no job before every module has started', async () => {
    const order: string[] = [];
    @Injectable()
    class Root implements OnModuleInit, OnApplicationBootstrap {
      constructor(@InjectQueue() private readonly queue: TaskQueue) {}
      async onModuleInit() {
        await this.queue.enqueue('work');
      }
      async onApplicationBootstrap() {
        await settle();
        order.push('the root has started');
      }
      @Task() work() {
        order.push('a job ran');
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Root] });
    await settle();
    expect(order).toEqual(['the root has started', 'a job ran']);
    expect(app.get(WorkerPool).isRunning).toBe(true);
  });

  it('can be left to the app', async () => {
    @Injectable()
    class Tasks {
      @Task() work() {
        return 'done';
      }
    }
    const app = await startApp({
      imports: [TasksModule.forRoot({ worker: { autoStart: false } })],
      providers: [Tasks],
    });
    const job = await queueOf(app).enqueue('work');
    await settle();
    expect((await job.refresh()).status).toBe('pending');
    await app.get(WorkerPool).start();
    await expect(job.result()).resolves.toBe('done');
  });
});

describe('Closing', () => {
  it.each([
    ['a pool', 'last', (tasks: DynamicModule) => [PoolModule, tasks]],
    ['a pool', 'first', (tasks: DynamicModule) => [tasks, PoolModule]],
    ['a global pool', 'last', (tasks: DynamicModule) => [GlobalPoolModule, tasks]],
    ['a global pool', 'first', (tasks: DynamicModule) => [tasks, GlobalPoolModule]],
  ])('finishes what runs before %s closes, with forRoot() imported %s', async (_what, _place, order) => {
    const app = await startApp({ imports: order(TasksModule.forRoot()), providers: [SlowTasks] });
    const tasks = app.get(SlowTasks);
    await closeWhileSlow(app, tasks);
    expect(tasks.poolAtTheEnd).toBe(true);
    expect(app.get(Pool).isOpen).toBe(false);
  });

  it('finishes what runs before the module of a feature closes, and what that imports', async () => {
    const app = await startApp({
      imports: [
        TasksModule.forRoot(),
        TasksModule.forFeature({ handlers: [SlowTasks], imports: [PoolModule] }),
      ],
    });
    const tasks = app.get(SlowTasks, { strict: false });
    await closeWhileSlow(app, tasks);
    expect(tasks.poolAtTheEnd).toBe(true);
  });

  it('finishes what runs before a provider of the root module closes', async () => {
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Pool, SlowTasks] });
    const tasks = app.get(SlowTasks);
    await closeWhileSlow(app, tasks);
    expect(tasks.poolAtTheEnd).toBe(true);
  });

  it('lets a handler enqueue while it drains, which is kept for the next to come', async () => {
    @Injectable()
    class Chained {
      readonly started = new Gate();
      readonly finish = new Gate();
      next: string | undefined;
      constructor(@InjectQueue() private readonly queue: TaskQueue) {}
      @Task() async first() {
        this.started.open();
        await this.finish.opened;
        this.next = (await this.queue.enqueue('second', { of: 'first' })).status;
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Chained] });
    const tasks = app.get(Chained);
    await queueOf(app).enqueue('first');
    await tasks.started.opened;
    const closed = app.close();
    await settle();
    tasks.finish.open();
    await closed;
    expect(tasks.next).toBe('pending');
  });

  it('starts nothing new while it drains, and keeps what waits', async () => {
    @Injectable()
    class Tasks {
      readonly ran: string[] = [];
      readonly started = new Gate();
      readonly finish = new Gate();
      @Task() async first() {
        this.started.open();
        await this.finish.opened;
        this.ran.push('first');
      }
      @Task() second() {
        this.ran.push('second');
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks] });
    const tasks = app.get(Tasks);
    await queueOf(app).enqueue('first');
    await tasks.started.opened;
    const closed = app.close();
    await settle();
    await queueOf(app).enqueue('second');
    tasks.finish.open();
    await closed;
    expect(tasks.ran).toEqual(['first']);
  });

  it('lets handlers and the hooks of other modules enqueue until the end', async () => {
    const enqueued: string[] = [];
    @Injectable()
    class Farewell implements OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown {
      constructor(@InjectQueue() private readonly queue: TaskQueue) {}
      async say(where: string) {
        enqueued.push(`${where}: ${(await this.queue.enqueue('later')).status}`);
      }
      onModuleDestroy() {
        return this.say('onModuleDestroy');
      }
      beforeApplicationShutdown() {
        return this.say('beforeApplicationShutdown');
      }
      onApplicationShutdown() {
        return this.say('onApplicationShutdown');
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Farewell] });
    await app.close();
    expect(enqueued).toEqual([
      'onModuleDestroy: pending',
      'beforeApplicationShutdown: pending',
      'onApplicationShutdown: pending',
    ]);
  });

  it('refuses to enqueue once it is closed', async () => {
    const app = await startApp({ imports: [TasksModule.forRoot()] });
    const queue = queueOf(app);
    await app.close();
    await expect(queue.enqueue('later')).rejects.toThrow(TasksClosedError);
  });

  it('aborts what does not end in time, and gives it back without an attempt', async () => {
    const clock = new ManualClock();
    @Injectable()
    class Endless {
      readonly started = new Gate();
      reason: unknown;
      @Task({ timeout: '1h' })
      async endless(_: unknown, ctx: TaskContext) {
        this.started.open();
        await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
        this.reason = ctx.signal.reason;
        throw ctx.signal.reason;
      }
    }
    const app = await startApp({
      imports: [TasksModule.forRoot({ clock, worker: { shutdownTimeout: '5s' } })],
      providers: [Endless],
    });
    const job = await queueOf(app).enqueue('endless');
    await app.get(Endless).started.opened;
    const drained = app.get(WorkerPool).drain();
    await clock.advance(5_000);
    await expect(drained).resolves.toMatchObject({ unsettled: 0 });
    expect(app.get(Endless).reason).toBeInstanceOf(TasksClosedError);
    expect(await job.refresh()).toMatchObject({ status: 'pending', attempt: 0 });
  });

  it('waits for listeners that are still at work', async () => {
    const order: string[] = [];
    const paged = new Gate();
    @Injectable()
    class Alerts {
      @OnTaskEvent('failed') async alert() {
        await paged.opened;
        order.push('paged');
      }
      @Task({ maxRetries: 0 }) fail() {
        throw new Error('no');
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Alerts] });
    const failed = nextEvent(app, 'failed');
    await queueOf(app).enqueue('fail');
    await failed;
    const closed = app.close().then(() => order.push('closed'));
    await settle();
    paged.open();
    await closed;
    expect(order).toEqual(['paged', 'closed']);
  });

  it('lets no worker start again', async () => {
    const app = await startApp({ imports: [TasksModule.forRoot()] });
    const pool = app.get(WorkerPool);
    await app.close();
    await expect(pool.start()).rejects.toThrow(TasksClosedError);
    expect(pool.isRunning).toBe(false);
  });

  it('stops workers that a hook of its own shutdown has started', async () => {
    @Injectable()
    class Stubborn implements BeforeApplicationShutdown {
      constructor(private readonly pool: WorkerPool) {}
      async beforeApplicationShutdown() {
        await this.pool.start();
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Stubborn] });
    await app.close();
    expect(app.get(WorkerPool).isRunning).toBe(false);
  });

  it('leaves no timer behind', async () => {
    const clock = new ManualClock();
    @Injectable()
    class Tasks {
      @Task() work() {}
    }
    const app = await startApp({ imports: [TasksModule.forRoot({ clock })], providers: [Tasks] });
    const job = await queueOf(app).enqueue('work');
    await job.result();
    await queueOf(app).enqueue('work', undefined, { delay: '1h' });
    await app.close();
    expect(clock.timers).toBe(0);
  });

  it('can come while the app is starting, and twice', async () => {
    const start = new Gate();
    @Injectable()
    class SlowToStart implements OnModuleInit {
      async onModuleInit() {
        await start.opened;
      }
    }
    const app = await Test.createTestingModule({
      imports: [TasksModule.forRoot()],
      providers: [SlowToStart],
    }).compile();
    const started = app.init();
    const closed = Promise.all([app.close(), app.close()]);
    start.open();
    await started;
    await closed;
    expect(app.get(WorkerPool).isRunning).toBe(false);
  });

  it.each([
    ['before its hooks', 'onModuleInit'],
    ['among them', 'onApplicationBootstrap'],
  ] as const)(
    'can come while an HTTP app is starting, %s, and nothing starts any more',
    async (_when, hook) => {
      const clock = new ManualClock();
      const start = new Gate();
      @Injectable()
      class SlowToStart {
        async [hook]() {
          await start.opened;
        }
      }
      @Module({ imports: [TasksModule.forRoot({ clock })], providers: [SlowToStart] })
      class AppModule {}
      const app = await NestFactory.create(AppModule, { logger: false });
      const started = app.init();
      const closed = app.close();
      await settle();
      start.open();
      await Promise.all([started, closed]);
      await settle();
      expect(app.get(WorkerPool).isRunning).toBe(false);
      expect(clock.timers).toBe(0);
    },
  );

  it('works after a start that failed', async () => {
    const clock = new ManualClock();
    @Injectable()
    class Failing implements OnModuleInit {
      onModuleInit() {
        throw new Error('no licence');
      }
    }
    const app = await Test.createTestingModule({
      imports: [TasksModule.forRoot({ clock })],
      providers: [Failing],
    }).compile();
    await expect(app.init()).rejects.toThrow('no licence');
    await app.close();
    expect(clock.timers).toBe(0);
  });

  it('works for an app that was compiled and never started', async () => {
    const app = await Test.createTestingModule({ imports: [TasksModule.forRoot()] }).compile();
    await expect(app.close()).resolves.toBeUndefined();
  });
});

describe('Two applications in one process', () => {
  @Injectable()
  class Named {
    readonly ran: string[] = [];
    @Task() async work(name: string) {
      this.ran.push(name);
      return name;
    }
  }
  const start = () => startApp({ imports: [TasksModule.forRoot()], providers: [Named] });

  it('run their own jobs alone', async () => {
    const [one, other] = [await start(), await start()];
    const jobs = [await queueOf(one).enqueue('work', 'one'), await queueOf(other).enqueue('work', 'other')];
    await Promise.all(jobs.map((job) => job.result()));
    expect([one.get(Named).ran, other.get(Named).ran]).toEqual([['one'], ['other']]);
  });

  it('close apart: the one that is left goes on', async () => {
    const [one, other] = [await start(), await start()];
    await one.close();
    expect(one.get(WorkerPool).isRunning).toBe(false);
    await expect(queueOf(one).enqueue('work', 'late')).rejects.toThrow(TasksClosedError);
    await expect((await queueOf(other).enqueue('work', 'other')).result()).resolves.toBe('other');
  });
});

import { forwardRef, Inject, Injectable, Module } from '@nestjs/common';
import {
  HandlerRegistry,
  InjectQueue,
  InjectTasks,
  Task,
  TaskClientFactory,
  TaskEvents,
  TaskQueue,
  TaskRegistrationError,
  TasksModule,
  type TaskClient,
} from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { startApp } from './start-app.js';

@Injectable()
class Storage {
  readonly files = new Map<string, string>();
}
@Module({ providers: [Storage], exports: [Storage] })
class StorageModule {}

@Injectable()
class ReportTasks {
  constructor(
    private readonly storage: Storage,
    @InjectQueue('reports') private readonly reports: TaskQueue,
  ) {}

  @Task({ queue: 'reports' })
  async writeReport(month: string) {
    this.storage.files.set(month, `report of ${month}`);
    const index = await this.reports.enqueue('indexReport', month);
    return index.id;
  }

  @Task({ queue: 'reports' })
  indexReport(month: string) {
    return `indexed ${month}`;
  }
}
@Module({
  imports: [
    TasksModule.forFeature({ handlers: [ReportTasks], imports: [StorageModule], queues: ['reports'] }),
  ],
})
class ReportsModule {}

@Injectable()
class BillingService {
  constructor(
    @InjectTasks(ReportTasks) readonly reports: TaskClient<ReportTasks>,
    @InjectQueue('reports') readonly queue: TaskQueue,
  ) {}
}
/** Injects the tasks and the queue of another feature without importing it. */
@Module({ providers: [BillingService], exports: [BillingService] })
class BillingModule {}

describe('An application of several feature modules', () => {
  it('runs handlers with what their feature imports, enqueued from anywhere', async () => {
    const app = await startApp({ imports: [BillingModule, ReportsModule, TasksModule.forRoot()] });
    const job = await app.get(BillingService).reports.writeReport.delay('2026-01');
    const indexId = await job.result();
    expect(app.get(Storage).files.get('2026-01')).toBe('report of 2026-01');
    const index = await app.get(BillingService).queue.get(indexId);
    await expect(index?.result()).resolves.toBe('indexed 2026-01');
  });

  it('does not care where among the imports TasksModule.forRoot() stands', async () => {
    const app = await startApp({ imports: [TasksModule.forRoot(), ReportsModule, BillingModule] });
    const job = await app.get(BillingService).reports.indexReport.delay('2026-02');
    await expect(job.result()).resolves.toBe('indexed 2026-02');
  });

  it('gives every consumer the same queue', async () => {
    const app = await startApp({ imports: [BillingModule, ReportsModule, TasksModule.forRoot()] });
    const injected = app.get<{ reports: TaskQueue }>(ReportTasks).reports;
    expect(app.get(BillingService).queue).toBe(injected);
  });

  it('lets a feature be imported by several modules, and serves its tasks once', async () => {
    @Injectable()
    class Counter {
      runs = 0;
      @Task() count() {
        return ++this.runs;
      }
    }
    const seen: string[] = [];
    @Module({ imports: [TasksModule.forFeature([Counter])] })
    class First {}
    @Module({ imports: [TasksModule.forFeature([Counter])] })
    class Second {}
    const app = await startApp({ imports: [First, Second, TasksModule.forRoot()] });
    app.get(TaskEvents).on('completed', (event) => seen.push(event.taskId));
    const { count } = app.get(TaskClientFactory).create(Counter);
    const jobs = await Promise.all([count.delay(), count.delay()]);
    await expect(Promise.all(jobs.map((job) => job.result()))).resolves.toEqual([1, 2]);
    expect(seen).toHaveLength(2);
  });

  it('lets the importing module inject the handlers of a feature', async () => {
    @Injectable()
    class Board {
      constructor(readonly tasks: ReportTasks) {}
    }
    @Module({
      imports: [
        TasksModule.forFeature({ handlers: [ReportTasks], imports: [StorageModule], queues: ['reports'] }),
      ],
      providers: [Board],
    })
    class BoardModule {}
    const app = await startApp({ imports: [BoardModule, TasksModule.forRoot()] });
    expect(app.get(Board).tasks.indexReport('x')).toBe('indexed x');
  });

  it('lets a handler need the service that enqueues it', async () => {
    @Injectable()
    class Users {
      constructor(
        @InjectTasks(forwardRef(() => Welcome))
        readonly welcome: { greet: { delay(name: string): Promise<unknown> } },
      ) {}
      greeting(name: string) {
        return `Hello, ${name}`;
      }
    }
    @Injectable()
    class Welcome {
      constructor(@Inject(Users) private readonly users: Users) {}
      @Task() greet(name: string) {
        return this.users.greeting(name);
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Users, Welcome] });
    const job = (await app.get(Users).welcome.greet.delay('Ada')) as { result(): Promise<unknown> };
    await expect(job.result()).resolves.toBe('Hello, Ada');
  });
});

describe('TasksModule used in a way that cannot work', () => {
  it('refuses forFeature() in an app without forRoot()', async () => {
    @Injectable()
    class Tasks {
      @Task() work() {}
    }
    const start = startApp({ imports: [TasksModule.forFeature([Tasks])] });
    await expect(start).rejects.toThrow(TaskRegistrationError);
    await expect(start).rejects.toThrow(/needs TasksModule\.forRoot\(\)/);
  });

  it('refuses a second forRoot(), naming who imports it', async () => {
    @Module({ imports: [TasksModule.forRoot()] })
    class Extra {}
    @Module({ imports: [Extra, TasksModule.forRoot()] })
    class Main {}
    const boot = startApp({ imports: [Main] });
    await expect(boot).rejects.toThrow(TaskRegistrationError);
    await expect(boot).rejects.toThrow(/imported 2 times.*Extra.*Main|imported 2 times.*Main.*Extra/s);
    await expect(boot).rejects.toMatchObject({ remedy: expect.stringContaining('in the root module alone') });
  });

  it('refuses what is no class among the handlers, at once', () => {
    expect(() => TasksModule.forFeature([undefined as never])).toThrow(TaskRegistrationError);
    expect(() => TasksModule.forFeature([undefined as never])).toThrow(/handler 1 is undefined/);
  });

  it('does no harm when the class itself is imported beside forRoot()', async () => {
    @Module({ imports: [TasksModule] })
    class Plain {}
    const app = await startApp({ imports: [Plain, ReportsModule, TasksModule.forRoot()] });
    expect(app.get(HandlerRegistry).names().toSorted()).toEqual(['indexReport', 'writeReport']);
  });
});

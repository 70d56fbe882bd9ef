import { Inject, Injectable, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { CapturingLogger } from '@nestjs/testing';
import {
  HandlerRegistry,
  InjectTasks,
  OnTaskEvent,
  Task,
  type TaskCancelledEvent,
  type TaskClient,
  type TaskCompletedEvent,
  type TaskContext,
  type TaskEvent,
  type TaskEventFilter,
  TaskEvents,
  type TaskFailedEvent,
  type TaskProgressEvent,
  type TaskQueuedEvent,
  type TaskRetryingEvent,
  TaskRegistrationError,
  TasksModule,
  type TasksModuleOptions,
  type TaskStartedEvent,
  UnknownQueueError,
} from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { nextEvent } from './next-event.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

@Injectable()
class Tasks {
  attempts = 0;

  @Task({ maxRetries: 1, retry: { delay: 0 } })
  async flaky(_: unknown, ctx: TaskContext) {
    await ctx.progress(ctx.attempt, 2, 'trying');
    if (ctx.attempt === 1) throw new Error('first time');
    return 'at last';
  }

  @Task({ maxRetries: 0 }) hopeless() {
    throw new TypeError('never');
  }
}

@Injectable()
class Journal {
  readonly seen: TaskEvent[] = [];

  @OnTaskEvent('queued') queued(event: TaskQueuedEvent) {
    this.seen.push(event);
  }
  @OnTaskEvent('started') started(event: TaskStartedEvent) {
    this.seen.push(event);
  }
  @OnTaskEvent('completed') completed(event: TaskCompletedEvent) {
    this.seen.push(event);
  }
  @OnTaskEvent('retrying') retrying(event: TaskRetryingEvent) {
    this.seen.push(event);
  }
  @OnTaskEvent('failed') failed(event: TaskFailedEvent) {
    this.seen.push(event);
  }
  @OnTaskEvent('cancelled') cancelled(event: TaskCancelledEvent) {
    this.seen.push(event);
  }
  @OnTaskEvent('progress') progress(event: TaskProgressEvent) {
    this.seen.push(event);
  }

  of(jobId: string) {
    return this.seen.filter((event) => event.taskId === jobId);
  }
}

const start = (logger = new CapturingLogger()) =>
  startApp({ imports: [TasksModule.forRoot()], providers: [Tasks, Journal] }, { logger });
describe('@OnTaskEvent()', () => {
  it('tells the whole life of a job that needs a second try', async () => {
    const app = await start();
    const job = await queueOf(app).enqueue('flaky');
    await job.result();
    const events = app.get(Journal).of(job.id);
    expect(events.map(({ type }) => type)).toEqual([
      'queued',
      'started',
      'progress',
      'retrying',
      'started',
      'progress',
      'completed',
    ]);
    expect(events.every(({ taskName, queueName }) => taskName === 'flaky' && queueName === 'default')).toBe(
      true,
    );
    expect(events[3]).toMatchObject({ attempt: 1, retryIn: 0, error: expect.any(Error) as Error });
    expect(events[5]).toMatchObject({ attempt: 2, progress: { current: 2, total: 2, message: 'trying' } });
    expect(events[6]).toMatchObject({
      attempt: 2,
      result: 'at last',
      duration: expect.any(Number) as number,
    });
  });

  it('tells of a dead letter with the error and what is kept of it', async () => {
    const app = await start();
    const failed = nextEvent(app, 'failed');
    await queueOf(app).enqueue('hopeless');
    const event = await failed;
    expect(event.error).toBeInstanceOf(TypeError);
    expect(event.reason).toMatchObject({ name: 'TypeError', message: 'never' });
  });

  it('tells of a cancelled job that never ran', async () => {
    const app = await start();
    const job = await queueOf(app).enqueue('flaky', undefined, { delay: '1h' });
    await job.cancel('changed my mind');
    const [queued, cancelled] = app.get(Journal).of(job.id);
    expect(queued?.type).toBe('queued');
    expect(cancelled).toMatchObject({ type: 'cancelled', reason: 'changed my mind' });
  });

  it('listens to one task only when it says so', async () => {
    @Injectable()
    class Picky {
      readonly seen: string[] = [];
      @OnTaskEvent('completed', { task: 'wanted' }) note(event: TaskCompletedEvent) {
        this.seen.push(event.taskName);
      }
      @Task() wanted() {}
      @Task() other() {}
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Picky] });
    const jobs = await queueOf(app).enqueueMany([{ name: 'other' }, { name: 'wanted' }]);
    await Promise.all(jobs.map((job) => job.result()));
    expect(app.get(Picky).seen).toEqual(['wanted']);
  });

  it('cannot disturb a job: what it throws is logged', async () => {
    @Injectable()
    class Broken {
      @OnTaskEvent('completed') note() {
        throw new Error('no pager');
      }
      @Task() fine() {
        return 'fine';
      }
    }
    const logger = new CapturingLogger();
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Broken] }, { logger });
    const job = await queueOf(app).enqueue('fine');
    await expect(job.result()).resolves.toBe('fine');
    logger.assertLogged({ level: 'error', message: /Broken\.note failed .* no pager/ });
  });
});

describe('A listener whose filter names what is not there', () => {
  @Injectable()
  class Emails {
    @Task('send-email') send() {}
  }
  const listening = (filter: TaskEventFilter) => {
    @Injectable()
    class Alerts {
      readonly seen: string[] = [];
      @OnTaskEvent('completed', filter) note(event: TaskCompletedEvent) {
        this.seen.push(event.queueName);
      }
    }
    return Alerts;
  };
  const boot = (filter: TaskEventFilter, options: TasksModuleOptions = {}, more: Type[] = []) => {
    const logger = new CapturingLogger();
    const providers = [Emails, listening(filter), ...more];
    const app = startApp({ imports: [TasksModule.forRoot({ env: {}, ...options })], providers }, { logger });
    const warnings = () =>
      logger
        .filter({ level: 'warn' })
        .map(({ message }) => String(message))
        .filter((line) => line.startsWith('Alerts'));
    return { app, warnings };
  };
  const message = (task: string, nearest = '') =>
    `Alerts.note: @OnTaskEvent() waits for the task "${task}", which this process does not know.${nearest}`;

  it('ends the boot for a queue that nobody declares, and lists the known ones', async () => {
    const { app } = boot({ queue: 'reprots' }, { queues: [{ name: 'reports' }] });
    await expect(app).rejects.toThrow(UnknownQueueError);
    await expect(app).rejects.toThrow(
      'Alerts.note, @OnTaskEvent(): Queue "reprots" is not declared. Known: urgent, default, bulk, reports. Did you mean "reports"?',
    );
  });

  it('hears of `default` by the name of the primary backend, too', async () => {
    const Alerts = listening({ queue: 'main' });
    const app = await startApp({
      imports: [TasksModule.forRoot({ backends: [{ name: 'main' }, { name: 'other' }] })],
      providers: [Emails, Alerts],
    });
    await (await queueOf(app).enqueue('send-email')).result();
    expect(app.get(Alerts).seen).toEqual(['default']);
  });

  it('ends the boot for a task whose name is nearly that of another', async () => {
    const { app } = boot({ task: 'send-emial' });
    await expect(app).rejects.toThrow(TaskRegistrationError);
    await expect(app).rejects.toThrow(message('send-emial', ' Did you mean "send-email"?'));
  });

  it('is told in a warning of any other task: its function may be registered later', async () => {
    const { app, warnings } = boot({ task: 'resize-an-image' });
    await app;
    expect(warnings()).toEqual([message('resize-an-image')]);
  });

  it('says nothing of a function that is registered while the app starts', async () => {
    @Injectable()
    class Plugins implements OnApplicationBootstrap {
      @Inject() private readonly handlers!: HandlerRegistry;
      onApplicationBootstrap() {
        this.handlers.register('resize-an-image', () => undefined);
      }
    }
    const { app, warnings } = boot({ task: 'resize-an-image' }, {}, [Plugins]);
    await app;
    expect(warnings()).toEqual([]);
  });

  it('is warned of a typo where jobs of unknown tasks are given back, unless `strict` refuses it', async () => {
    const { app, warnings } = boot({ task: 'send-emial' }, { worker: { unknownTask: 'release' } });
    await app;
    expect(warnings()).toHaveLength(1);
    const strict = boot({ task: 'send-emial' }, { worker: { unknownTask: 'release' }, strict: true });
    await expect(strict.app).rejects.toThrow(TaskRegistrationError);
  });

  it('says nothing of tasks of other processes where jobs are only enqueued', async () => {
    const { app, warnings } = boot({ task: 'resize-an-image' }, { role: 'producer' });
    await app;
    expect(warnings()).toEqual([]);
  });

  it('knows the tasks of an injected client where jobs are only enqueued, and warns of a typo', async () => {
    class Reports {
      @Task('daily-report') send() {}
    }
    @Injectable()
    class Consumer {
      constructor(@InjectTasks(Reports) readonly reports: TaskClient<Reports>) {}
    }
    const near = boot({ task: 'daily-reprot' }, { role: 'producer' }, [Consumer]);
    await near.app;
    expect(near.warnings()).toEqual([message('daily-reprot', ' Did you mean "daily-report"?')]);
    const right = boot({ task: 'daily-report' }, { role: 'producer' }, [Consumer]);
    await right.app;
    expect(right.warnings()).toEqual([]);
  });

  it('is left alone in a stub, which has a part of the app', async () => {
    const Alerts = listening({ task: 'send-emial', queue: 'reports' });
    await expect(
      startApp({ imports: [TasksModule.stub()], providers: [Alerts, Emails] }),
    ).resolves.toBeDefined();
  });
});

describe('A filter of TaskEvents.on() and of() that names what is not there', () => {
  @Injectable()
  class Emails {
    @Task('send-email') send() {}
  }
  const boot = async (listen: (events: TaskEvents) => void, options: TasksModuleOptions = {}) => {
    @Injectable()
    class Early {
      constructor(@Inject(TaskEvents) events: TaskEvents) {
        listen(events);
      }
    }
    const logger = new CapturingLogger();
    const imports = [TasksModule.forRoot({ backends: [{ name: 'main' }], ...options })];
    const app = await startApp({ imports, providers: [Emails, Early] }, { logger });
    const warnings = () =>
      logger
        .filter({ level: 'warn' })
        .filter(({ context }) => context === 'TaskEvents')
        .map(({ message }) => String(message));
    return { app, warnings };
  };
  const alarm = () => undefined;

  it('is a warning once the app has started, with the nearest name', async () => {
    const { warnings } = await boot((events) => {
      events.on('failed', alarm, { queue: 'bluk' });
      events.of('completed', { task: 'send-emial' });
    });
    expect(warnings()).toEqual([
      'alarm on \'failed\': queue "bluk" is not declared, so no event will come. Did you mean "bulk"?',
      'an observable on \'completed\': this process does not know the task "send-emial". Did you mean "send-email"?',
    ]);
  });

  it('is a warning at once from then on', async () => {
    const { app, warnings } = await boot(() => undefined);
    app.get(TaskEvents).on('failed', alarm, { queue: 'main' });
    expect(warnings()).toEqual([
      'alarm on \'failed\': events of queue "main" carry its other name, "default"; no event will come.',
    ]);
  });

  it('is none for what is there, and for a task that may come later', async () => {
    const { warnings } = await boot((events) => {
      events.on('failed', alarm, { queue: 'default', task: 'send-email' });
      events.on('failed', alarm, { task: 'resize-an-image' });
    });
    expect(warnings()).toEqual([]);
  });
});

describe('TaskEvents in an application', () => {
  it('ends its streams when the application closes', async () => {
    const app = await start();
    const ended = new Promise<void>((resolve) => app.get(TaskEvents).stream.subscribe({ complete: resolve }));
    await app.close();
    await expect(ended).resolves.toBeUndefined();
  });

  it('wants nothing in an app where nobody listens', async () => {
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks] });
    expect(app.get(TaskEvents).wants('completed')).toBe(false);
  });
});

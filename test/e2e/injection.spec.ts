import { forwardRef, Injectable, Module, Optional, type Provider } from '@nestjs/common';
import {
  getQueueToken,
  getTasksToken,
  InjectQueue,
  InjectTasks,
  QueueRegistry,
  Task,
  type TaskClient,
  TaskQueue,
  TaskRegistrationError,
  TasksModule,
  type TasksModuleOptions,
  UnknownQueueError,
} from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

const boot = (provider: Provider, options?: TasksModuleOptions) =>
  startApp({ imports: [TasksModule.forRoot(options)], providers: [provider] });

describe('@InjectQueue()', () => {
  it('without a name, and with the name of the primary backend, is the default queue', async () => {
    @Injectable()
    class Consumer {
      constructor(
        @InjectQueue() readonly unnamed: TaskQueue,
        @InjectQueue('main') readonly primary: TaskQueue,
        @InjectQueue('default') readonly named: TaskQueue,
      ) {}
    }
    const app = await boot(Consumer, { backends: [{ name: 'other' }, { name: 'main', primary: true }] });
    const { unnamed, primary, named } = app.get(Consumer);
    expect([unnamed.name, primary, named]).toEqual(['default', unnamed, unnamed]);
  });

  it('takes the first backend as the primary when none is flagged', async () => {
    @Injectable()
    class Consumer {
      constructor(
        @InjectQueue() readonly unnamed: TaskQueue,
        @InjectQueue('first') readonly first: TaskQueue,
        @InjectQueue('second') readonly second: TaskQueue,
      ) {}
    }
    const app = await boot(Consumer, { backends: [{ name: 'first' }, { name: 'second' }] });
    const { unnamed, first, second } = app.get(Consumer);
    expect(first).toBe(unnamed);
    expect(second.name).toBe('second');
  });

  it('works on properties, and keeps its consumers singletons', async () => {
    @Injectable()
    class Consumer {
      @InjectQueue('bulk') readonly bulk!: TaskQueue;
    }
    const app = await boot(Consumer);
    expect(app.get(Consumer).bulk).toBe(app.get(QueueRegistry).get('bulk'));
    expect(app.get(Consumer)).toBe(app.get(Consumer));
  });

  it('has a token for factories and for app.get()', async () => {
    const app = await boot({
      provide: 'SUMMARY',
      useFactory: (queue: TaskQueue) => `works with ${queue.name}`,
      inject: [getQueueToken('urgent')],
    });
    expect(app.get('SUMMARY')).toBe('works with urgent');
    expect(queueOf(app, 'urgent')).toBe(app.get(QueueRegistry).get('urgent'));
  });
});

describe('An undeclared queue', () => {
  @Injectable()
  class SignupService {
    constructor(@InjectQueue('notificatons') readonly queue: TaskQueue) {}
  }

  it('is an error while the app boots: who asks, the known names, the nearest one', async () => {
    const start = boot(SignupService, { queues: [{ name: 'notifications' }] });
    await expect(start).rejects.toThrow(UnknownQueueError);
    await expect(start).rejects.toThrow(
      'SignupService: Queue "notificatons" is not declared. Known: urgent, default, bulk, notifications. Did you mean "notifications"?',
    );
  });

  it('is found behind an optional injection, too', async () => {
    @Injectable()
    class Careless {
      constructor(@Optional() @InjectQueue('notificatons') readonly queue?: TaskQueue) {}
    }
    await expect(boot(Careless)).rejects.toThrow(UnknownQueueError);
  });

  it('is an error for a factory that asks for it', async () => {
    const start = boot({
      provide: 'REPORTS',
      useFactory: (queue: unknown) => queue,
      inject: [getQueueToken('reprots')],
    });
    await expect(start).rejects.toThrow('REPORTS: Queue "reprots" is not declared');
  });

  it('costs nothing in an app that does not ask for it, and says so where it is used after all', async () => {
    const app = await startApp({ imports: [TasksModule.forRoot()] });
    const queue = queueOf(app, 'notificatons');
    expect(() => queue.enqueue('send')).toThrow(UnknownQueueError);
    expect(app.get(QueueRegistry).names()).toEqual(['urgent', 'default', 'bulk']);
  });

  it('is an error as the queue of a task, naming class and method', async () => {
    @Injectable()
    class Reports {
      @Task({ queue: 'reprots' }) write() {}
    }
    const start = boot(Reports, { queues: [{ name: 'reports' }] });
    await expect(start).rejects.toThrow(UnknownQueueError);
    await expect(start).rejects.toThrow(/^Reports\.write: Queue "reprots" .* Did you mean "reports"\?$/);
  });
});

describe('A client of a class without tasks', () => {
  class Emails {
    send() {}
  }
  @Injectable()
  class SignupService {
    constructor(@InjectTasks(Emails) readonly emails: TaskClient<Emails>) {}
  }

  it('is an error while the app boots: who asks, for what class', async () => {
    const start = boot(SignupService);
    await expect(start).rejects.toThrow(TaskRegistrationError);
    await expect(start).rejects.toThrow(
      /^SignupService: @InjectTasks\(Emails\) has nothing to call, for no method of Emails has a @Task\(\)\./,
    );
  });

  it('is an error where jobs are only enqueued, too, and behind a forward reference', async () => {
    @Injectable()
    class Later {
      constructor(@InjectTasks(forwardRef(() => Emails)) readonly emails: TaskClient<Emails>) {}
    }
    await expect(boot(Later, { role: 'producer' })).rejects.toThrow('Later: @InjectTasks(Emails)');
  });

  it('is fine when a provider that extends the class has them', async () => {
    @Injectable()
    class TransactionalEmails extends Emails {
      @Task('send-email') override send() {}
    }
    const app = await startApp({
      imports: [TasksModule.forRoot()],
      providers: [SignupService, TransactionalEmails],
    });
    const job = await app.get(SignupService).emails.send.delay();
    expect(job.name).toBe('send-email');
  });

  it('costs nothing in an app that does not ask for it', async () => {
    getTasksToken(Emails);
    await expect(startApp({ imports: [TasksModule.forRoot()] })).resolves.toBeDefined();
  });
});

describe('Overriding in tests', () => {
  it('puts a double in the place of a queue, declared or not', async () => {
    @Injectable()
    class Consumer {
      constructor(
        @InjectQueue('bulk') readonly bulk: unknown,
        @InjectQueue('elsewhere') readonly elsewhere: unknown,
      ) {}
    }
    const app = await startApp(
      { imports: [TasksModule.forRoot()], providers: [Consumer] },
      {
        change: (builder) =>
          builder
            .overrideProvider(getQueueToken('bulk'))
            .useValue('a double')
            .overrideProvider(getQueueToken('elsewhere'))
            .useValue('another'),
      },
    );
    expect(app.get(Consumer)).toEqual({ bulk: 'a double', elsewhere: 'another' });
  });

  it('puts a double in the place of a client', async () => {
    class Emails {
      @Task() send() {}
    }
    @Injectable()
    class Consumer {
      constructor(@InjectTasks(Emails) readonly emails: unknown) {}
    }
    const app = await startApp(
      { imports: [TasksModule.forRoot()], providers: [Consumer, Emails] },
      { change: (builder) => builder.overrideProvider(getTasksToken(Emails)).useValue('a double') },
    );
    expect(app.get(Consumer).emails).toBe('a double');
  });
});

describe('Two applications in one process', () => {
  @Injectable()
  class Greeter {
    served = 0;
    @Task() greet(name: string) {
      this.served++;
      return `Hello, ${name}`;
    }
  }
  @Injectable()
  class OnlyInTheFirst {
    constructor(@InjectQueue('only-in-the-first') readonly queue: TaskQueue) {}
  }
  @Module({ providers: [Greeter] })
  class GreeterModule {}

  it('know nothing of each other: queues, jobs, handlers, injections', async () => {
    const first = await startApp({
      imports: [GreeterModule, TasksModule.forRoot({ queues: [{ name: 'only-in-the-first' }] })],
      providers: [OnlyInTheFirst],
    });
    const second = await startApp({ imports: [GreeterModule, TasksModule.forRoot()] });

    const job = await first.get(OnlyInTheFirst).queue.enqueue('greet', 'Ada');
    await expect(job.result()).resolves.toBe('Hello, Ada');
    expect([first.get(Greeter).served, second.get(Greeter).served]).toEqual([1, 0]);
    expect(second.get(QueueRegistry).has('only-in-the-first')).toBe(false);
  });

  it('go on when one of them closes', async () => {
    const first = await startApp({ imports: [GreeterModule, TasksModule.forRoot()] });
    const second = await startApp({ imports: [GreeterModule, TasksModule.forRoot()] });
    await first.close();
    const job = await second.get<TaskQueue>(getQueueToken()).enqueue('greet', 'Ada');
    await expect(job.result()).resolves.toBe('Hello, Ada');
  });
});

import { Injectable, Module, type Provider } from '@nestjs/common';
import { LazyModuleLoader, ModuleRef } from '@nestjs/core';
import {
  getQueueToken,
  InjectQueue,
  InjectTasks,
  InvalidOptionError,
  QueueRegistry,
  Task,
  TaskQueue,
  type TaskClient,
  TasksModule,
  type TasksModuleAsyncOptions,
  type TasksModuleOptions,
  type TasksOptionsFactory,
  UnknownQueueError,
  WorkerPool,
} from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { rejection } from '../unit/rejection.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

const boot = (options: TasksModuleAsyncOptions, ...providers: Provider[]) =>
  startApp({ imports: [TasksModule.forRootAsync(options)], providers });

@Injectable()
class Config {
  readonly workers = 3;
}
@Module({ providers: [Config], exports: [Config] })
class ConfigModule {}

@Injectable()
class TasksConfig implements TasksOptionsFactory {
  constructor(private readonly config: Config) {}
  async createTasksOptions(): Promise<TasksModuleOptions> {
    return { worker: { workerCount: this.config.workers } };
  }
}
@Module({ imports: [ConfigModule], providers: [TasksConfig], exports: [TasksConfig] })
class TasksConfigModule {}

describe('TasksModule.forRootAsync()', () => {
  const sources: readonly [string, TasksModuleAsyncOptions][] = [
    [
      'a factory with what it injects',
      {
        imports: [ConfigModule],
        inject: [Config],
        useFactory: ({ workers }: Config) => ({ worker: { workerCount: workers } }),
      },
    ],
    [
      'a factory that gives a promise',
      {
        imports: [ConfigModule],
        inject: [Config],
        useFactory: async ({ workers }: Config) => ({ worker: { workerCount: workers } }),
      },
    ],
    ['a class that it makes', { imports: [ConfigModule], useClass: TasksConfig }],
    ['a provider that is there', { imports: [TasksConfigModule], useExisting: TasksConfig }],
    [
      'extra providers',
      {
        extraProviders: [{ provide: 'workers', useValue: 3 }],
        inject: ['workers'],
        useFactory: (workerCount: number) => ({ worker: { workerCount } }),
      },
    ],
    [
      'an optional dependency that nobody provides',
      {
        inject: [{ token: 'workers', optional: true }],
        useFactory: (workerCount?: number) => ({ worker: { workerCount: workerCount ?? 3 } }),
      },
    ],
  ];

  it.each(sources)('takes its options from %s', async (_source, options) => {
    const app = await boot(options);
    expect(app.get(WorkerPool).workers).toHaveLength(3);
  });

  it('runs jobs on a queue that only its factory declares', async () => {
    @Injectable()
    class Exports {
      constructor(@InjectQueue('exports-by-factory') readonly queue: TaskQueue) {}
      @Task({ queue: 'exports-by-factory' }) greet(name: string) {
        return `Hello, ${name}`;
      }
    }
    const app = await boot({ useFactory: () => ({ queues: [{ name: 'exports-by-factory' }] }) }, Exports);
    const job = await app.get(Exports).queue.enqueue('greet', 'Ada');
    await expect(job.result()).resolves.toBe('Hello, Ada');
  });

  it('keeps its extra providers and the class that it makes to itself', async () => {
    const app = startApp({
      imports: [TasksModule.forRootAsync({ extraProviders: [Config], useClass: TasksConfig })],
      providers: [{ provide: 'thief', inject: [Config], useFactory: (config: unknown) => config }],
    });
    await expect(app).rejects.toThrow(/thief.*Config/u);
  });

  it('is made once for each app, however often a root is booted in a test', async () => {
    let calls = 0;
    const imports = [TasksModule.forRootAsync({ useFactory: () => (calls++, {}) })];
    await startApp({ imports });
    expect(calls).toBe(1);
  });
});

describe('A queue that nobody declares', () => {
  @Injectable()
  class SignupService {
    constructor(@InjectQueue('notificatons') readonly queue: TaskQueue) {}
  }

  it('is the same error while the app boots as under forRoot()', async () => {
    const start = boot({ useFactory: async () => ({ queues: [{ name: 'notifications' }] }) }, SignupService);
    await expect(start).rejects.toThrow(UnknownQueueError);
    await expect(start).rejects.toThrow(
      'SignupService: Queue "notificatons" is not declared. Known: urgent, default, bulk, notifications. Did you mean "notifications"?',
    );
  });
});

describe('A queue that no class injects', () => {
  const named = (suffix: string) => `only-in-the-factory-${suffix}`;

  it('is found by app.get() and through a ModuleRef', async () => {
    const app = await boot({ useFactory: () => ({ queues: [{ name: named('a') }] }) });
    expect(queueOf(app, named('a'))).toBe(app.get(QueueRegistry).get(named('a')));
    expect(app.get(ModuleRef).get(getQueueToken(named('a')), { strict: false })).toBe(
      queueOf(app, named('a')),
    );
  });

  it('is found by the name of the primary backend, too', async () => {
    const app = await boot({ useFactory: () => ({ backends: [{ name: named('b') }] }) });
    expect(queueOf(app, named('b')).name).toBe('default');
  });

  it('is found when a feature declares it', async () => {
    const app = await startApp({
      imports: [
        TasksModule.forRootAsync({ useFactory: () => ({}) }),
        TasksModule.forFeature({ queues: [named('c')] }),
      ],
    });
    expect(queueOf(app, named('c')).name).toBe(named('c'));
  });

  it('can be injected by a module that is loaded later', async () => {
    const app = await boot({ useFactory: () => ({ queues: [{ name: named('d') }] }) });
    @Injectable()
    class Late {
      constructor(@InjectQueue(named('d')) readonly queue: TaskQueue) {}
    }
    @Module({ providers: [Late] })
    class LateModule {}
    const loaded = await app.get(LazyModuleLoader).load(() => LateModule);
    expect(loaded.get(Late).queue.name).toBe(named('d'));
  });

  it('gives way to a double', async () => {
    const token = getQueueToken(named('e'));
    const app = await startApp(
      { imports: [TasksModule.forRootAsync({ useFactory: () => ({ queues: [{ name: named('e') }] }) })] },
      { change: (builder) => builder.overrideProvider(token).useValue('a double') },
    );
    expect(app.get(token)).toBe('a double');
  });
});

describe('Options that a factory makes wrong', () => {
  it('are told all at once, with their paths', async () => {
    const start = boot({ useFactory: () => ({ worker: { leese: 1 }, retry: { maxRetries: -1 } }) as never });
    const error = await rejection<InvalidOptionError>(start);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.issues.map(({ path }) => path).toSorted()).toEqual(['retry.maxRetries', 'worker.leese']);
  });

  it('are not taken for defaults when it forgets to return them', async () => {
    const start = boot({ useFactory: () => undefined as never });
    await expect(start).rejects.toThrow('forRootAsync: useFactory gave undefined');
  });

  it('name the class that has no createTasksOptions()', async () => {
    const start = boot({ imports: [ConfigModule], useExisting: Config });
    await expect(start).rejects.toThrow(
      'forRootAsync: useExisting (Config) has no method createTasksOptions()',
    );
  });

  it('end the boot with the error that it throws itself', async () => {
    const start = boot({
      useFactory: () => {
        throw new RangeError('no secret store');
      },
    });
    await expect(start).rejects.toThrow(RangeError);
  });

  it('cannot name a backend that is not there', async () => {
    await expect(boot({ useFactory: () => ({ backend: { type: 'nowhere' } }) })).rejects.toThrow(
      /- backend\.type: there is no type "nowhere"/,
    );
  });
});

describe('A dependency of the factory that needs the queues itself', () => {
  class Tasks {
    @Task() run(): void {}
  }

  @Injectable()
  class NeedsQueue {
    constructor(@InjectQueue() readonly queue: TaskQueue) {}
  }

  @Injectable()
  class NeedsClient {
    constructor(@InjectTasks(Tasks) readonly tasks: TaskClient<Tasks>) {}
  }

  it.each([NeedsQueue, NeedsClient])('is an error of Nest, and no app that never boots: %o', async (type) => {
    @Module({ providers: [type], exports: [type] })
    class CircularModule {}
    const start = boot({ imports: [CircularModule], inject: [type], useFactory: () => ({}) });
    await expect(start).rejects.toThrow('A circular dependency has been detected');
  });
});

describe('A call of forRootAsync() that is wrong itself', () => {
  const refused = (options: unknown): InvalidOptionError => {
    try {
      TasksModule.forRootAsync(options as TasksModuleAsyncOptions);
    } catch (error) {
      return error as InvalidOptionError;
    }
    throw new Error('It was accepted.');
  };

  it.each([
    [undefined, 'forRootAsync', 'must be an object'],
    [{}, 'forRootAsync', 'takes one of useFactory, useClass, useExisting, and none is given'],
    [{ useFactory: () => ({}), useClass: TasksConfig }, 'forRootAsync', 'useFactory and useClass are'],
    [{ useFactry: () => ({}) }, 'forRootAsync.useFactry', 'Did you mean "useFactory"?'],
    [{ useFactory: {} }, 'forRootAsync.useFactory', 'must be a function'],
    [{ useClass: 'TasksConfig' }, 'forRootAsync.useClass', 'must be a class'],
    [{ useFactory: () => ({}), inject: Config }, 'forRootAsync.inject', 'must be a list'],
    [{ useFactory: () => ({}), inject: [Config, undefined] }, 'forRootAsync.inject.1', 'circular import'],
    [{ useFactory: () => ({}), imports: ConfigModule }, 'forRootAsync.imports', 'must be a list'],
    [{ useClass: TasksConfig, inject: [Config] }, 'forRootAsync.inject', 'is for useFactory'],
  ])('is refused where it stands: %j', (options, path, message) => {
    const error = refused(options);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.issues[0]).toEqual({ path, message: expect.stringContaining(message) });
  });
});

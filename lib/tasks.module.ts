import { type DynamicModule, forwardRef, Module, type Type } from '@nestjs/common';
import { assertKnownKeys } from './config/index.js';
import type { TasksModuleOptions } from './contract/index.js';
import { InvalidOptionError, TaskRegistrationError } from './errors/index.js';
import { TASK_FEATURE, type TaskFeature } from './handlers/index.js';
import {
  asyncSource,
  runnerProvider,
  type TasksModuleAsyncOptions,
  TasksFeatureModule,
  type TasksFeatureOptions,
} from './module/index.js';
import { fixedSource, TasksCoreModule } from './tasks-core.module.js';

const FEATURE_OPTIONS = [
  'handlers',
  'imports',
  'queues',
] as const satisfies readonly (keyof TasksFeatureOptions)[];

/** What `TasksModule.stub()` takes. */
export type TasksStubOptions = Omit<TasksModuleOptions, 'backend' | 'backends' | 'backendTypes'>;

/**
 * Background tasks for a Nest application.
 *
 * `forRoot()` is imported once, by the root module; its place among the imports does not matter. The workers start when
 * every other module has started, and drain at shutdown before any other module closes what handlers use.
 *
 * @example
 * @Module({ imports: [TasksModule.forRoot()], providers: [EmailTasks, SignupService] })
 * export class AppModule {}
 */
@Module({})
export class TasksModule {
  /**
   * The queues, the workers, and everything that can be injected.
   *
   * @param options Everything has a default: one memory backend, four workers of ten slots.
   * @throws InvalidOptionError while the app boots, with all problems at once; InvalidBackendError,
   * UnknownQueueError, DuplicateTaskError and TaskRegistrationError likewise
   */
  static forRoot(options: TasksModuleOptions = {}): DynamicModule {
    return root(() => TasksCoreModule.register(fixedSource(options)));
  }

  /**
   * `forRoot()` with options that are made while the app boots: from a `ConfigService`, a secret store, anything that can be
   * injected. They may name queues and backends: nothing of them has to be known before.
   *
   * @param options One of `useFactory` (with `inject`), `useClass` and `useExisting`; `imports` and `extraProviders` for what
   * these need.
   * @throws InvalidOptionError at once for a call that is wrong itself, while the app boots for options that are; and all that
   * `forRoot()` throws
   *
   * @example
   * TasksModule.forRootAsync({
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ worker: { workerCount: config.get('WORKERS') } }),
   * })
   */
  static forRootAsync(options: TasksModuleAsyncOptions): DynamicModule {
    const source = asyncSource(options);
    return root(() => TasksCoreModule.register(source));
  }

  /**
   * What one feature adds: its handlers as providers, what they need, and its queues. Any number of times; no second pool
   * of workers comes with it.
   *
   * A handler without a decorated method is a warning at boot, with `strict` an error.
   *
   * @throws InvalidOptionError for a key that does not exist, TaskRegistrationError for a handler that is no class
   *
   * @example
   * @Module({ imports: [TasksModule.forFeature({ handlers: [ReportTasks], imports: [StorageModule], queues: ['reports'] })] })
   * export class ReportsModule {}
   */
  static forFeature(feature: readonly Type[] | TasksFeatureOptions): DynamicModule {
    const given: TasksFeatureOptions = isList(feature) ? { handlers: feature } : feature;
    assertKnownKeys(given, FEATURE_OPTIONS, 'forFeature');
    const { handlers = [], imports = [], queues = [] } = given;
    assertClasses(handlers);
    if (!Array.isArray(queues)) {
      throw new InvalidOptionError([{ path: 'forFeature.queues', message: 'must be a list of queues' }]);
    }
    const brought: TaskFeature = { queues, handlers };
    return {
      module: TasksFeatureModule,
      imports,
      providers: [...handlers, { provide: TASK_FEATURE, useValue: brought }],
      exports: [...handlers],
    };
  }

  /**
   * `forRoot()` for tests of a part of an app: memory, one worker, and every queue that is asked for is there, whatever
   * backend it has in the whole app.
   *
   * The workers start with `app.init()`: `compile()` alone makes the providers, and no job is run.
   *
   * @param options Of `forRoot()`, brokers apart: a clock of the test's own, or `worker: { autoStart: false }`.
   *
   * @example
   * const app = await Test.createTestingModule({ imports: [TasksModule.stub(), OrdersModule] })
   *   .overrideProvider(Mailer)
   *   .useValue(fakeMailer)
   *   .compile();
   * await app.init(); // starts the workers
   * const job = await app.get(OrderService).place({ id: '7' }); // enqueues
   * expect(await job.result()).toBe('invoice 7');
   * await app.close();
   */
  static stub(options: TasksStubOptions = {}): DynamicModule {
    refuseBrokers(options);
    const stubbed = {
      ...options,
      worker: { workerCount: 1, ...options.worker },
      background: { autoStart: false, ...options.background },
      scheduler: { enabled: false, ...options.scheduler },
    };
    return root(() => TasksCoreModule.register(fixedSource(stubbed), { anyQueue: true }));
  }
}

/** Only the types say it to TypeScript; a test in JavaScript would write to the broker that it names. */
function refuseBrokers(options: TasksModuleOptions): void {
  const named = (['backend', 'backends', 'backendTypes'] as const).filter(
    (key) => options[key] !== undefined,
  );
  if (named.length === 0) return;
  throw new InvalidOptionError(
    named.map((key) => ({ path: `stub.${key}`, message: 'is not an option: a stub is always in memory' })),
  );
}

/**
 * The core is made when Nest resolves the reference, which is after every class of the app was read: by then the injection
 * decorators have noted all tokens. The same object each time, since Nest knows dynamic modules by reference.
 */
function root(makeCore: () => DynamicModule): DynamicModule {
  let core: DynamicModule | undefined;
  return {
    module: TasksModule,
    imports: [forwardRef(() => (core ??= makeCore()))],
    providers: [runnerProvider],
  };
}

const isList = (feature: readonly Type[] | TasksFeatureOptions): feature is readonly Type[] =>
  Array.isArray(feature);

function assertClasses(handlers: unknown): asserts handlers is readonly Type[] {
  if (!Array.isArray(handlers)) {
    throw new InvalidOptionError([{ path: 'forFeature.handlers', message: 'must be a list of classes' }]);
  }
  const place = handlers.findIndex((handler) => typeof handler !== 'function');
  if (place < 0) return;
  throw new TaskRegistrationError(
    `TasksModule.forFeature(): handler ${place + 1} is ${String((handlers as unknown[])[place])}, not a class. A circular import leaves classes undefined.`,
  );
}

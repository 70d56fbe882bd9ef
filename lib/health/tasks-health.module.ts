import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { BackendSet } from '../backends/index.js';
import { didYouMean, type ResolvedOptions, runsJobs } from '../config/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { RESOLVED_OPTIONS } from '../module/index.js';
import { QueueSide } from '../queue/index.js';
import { TaskScheduler } from '../scheduling/index.js';
import { WorkerPool } from '../worker/index.js';
import { BackendProbe } from './backend-probe.js';
import {
  type ResolvedHealthOptions,
  resolveHealthOptions,
  type TasksHealthOptions,
} from './health-options.js';
import { healthController } from './tasks-health.controller.js';
import { TasksHealthIndicator } from './tasks-health.indicator.js';
import { TasksHealth } from './tasks-health.js';

/**
 * The health of an app's tasks: an indicator for `@nestjs/terminus`, an endpoint of its own, and plain data. Imported beside
 * `TasksModule.forRoot()`.
 *
 * @example
 * @Module({ imports: [TasksModule.forRoot(), TasksHealthModule.forRoot()] })
 * export class AppModule {}
 */
@Module({})
export class TasksHealthModule {
  /**
   * @param options Everything has a default: an endpoint at `/health/tasks`, degraded when a job has been ready for 5 min.
   * @throws InvalidOptionError, InvalidDurationError; for a queue that is not declared, while the app boots
   */
  static forRoot(options: TasksHealthOptions = {}): DynamicModule {
    const resolved = resolveHealthOptions(options);
    const { path = 'health/tasks', guards = [], imports = [] } = options;
    return {
      module: TasksHealthModule,
      imports: [...imports],
      controllers: path === false ? [] : [healthController(path, guards)],
      providers: [tasksHealth(resolved), indicator],
      exports: [TasksHealth, TasksHealthIndicator],
    };
  }
}

const indicator: FactoryProvider<TasksHealthIndicator> = {
  provide: TasksHealthIndicator,
  inject: [TasksHealth],
  useFactory: (health: TasksHealth) => new TasksHealthIndicator(health),
};

const tasksHealth = (health: ResolvedHealthOptions): FactoryProvider<TasksHealth> => ({
  provide: TasksHealth,
  inject: [RESOLVED_OPTIONS, BackendSet, QueueSide, WorkerPool, TaskScheduler],
  useFactory: (
    options: ResolvedOptions,
    backends: BackendSet,
    { queues }: QueueSide,
    pool: WorkerPool,
    scheduler: TaskScheduler,
  ) => {
    assertDeclared(health.named, options);
    const { enabled, lease } = options.scheduler;
    const fires = options.enabled && enabled;
    return new TasksHealth({
      probe: new BackendProbe(health, options.clock),
      backends: () =>
        backends.entries().map(([name, { queue }]) => {
          const own = queues.all().filter(({ backendName }) => backendName === name);
          return { name, backend: queue, queues: own.map((one) => one.name) };
        }),
      pool,
      runsJobs: runsJobs(options),
      autoStart: options.worker.autoStart,
      maxZombies: options.worker.maxZombies,
      scheduler: fires
        ? {
            status: () => scheduler.status(),
            lease,
            isShared: backends.primary.queue.capabilities.scope === 'fleet',
          }
        : undefined,
      timeout: health.timeout,
      clock: options.clock,
    });
  },
});

function assertDeclared(named: readonly string[], { queues }: ResolvedOptions): void {
  const known = queues.map(({ name }) => name);
  const problems = named
    .filter((queue) => !known.includes(queue))
    .map((queue) => ({
      path: `health.queues.${queue}`,
      message: `is no queue of the app.${didYouMean(queue, known)}`,
    }));
  if (problems.length > 0) throw new InvalidOptionError(problems);
}

import { randomUUID } from 'node:crypto';
import {
  type DynamicModule,
  type FactoryProvider,
  type InjectionToken,
  Logger,
  Module,
} from '@nestjs/common';
import { BackendSet } from '../backends/index.js';
import { assertKnownKeys, type ResolvedOptions } from '../config/index.js';
import { TaskEvents } from '../events/index.js';
import { HandlerRegistry } from '../handlers/index.js';
import { QueueSide } from '../queue/index.js';
import { RESOLVED_OPTIONS } from '../module/index.js';
import { WorkerPool } from '../worker/index.js';
import { LoopLag } from './loop-lag.js';
import { metricsOf } from './metric-set.js';
import {
  METRICS_OPTION_KEYS,
  METRICS_ROUTE_KEYS,
  type ResolvedMetricsOptions,
  resolveMetricsOptions,
  type TasksMetricsAsyncOptions,
  type TasksMetricsOptions,
  type TasksMetricsRoute,
} from './metrics-options.js';
import { loadPromClient, type PromClient, type PromRegistry } from './prom-client.js';
import { QueueGauges } from './queue-gauges.js';
import { TallyTable } from './tally-table.js';
import { metricsController } from './tasks-metrics.controller.js';
import { TasksMetrics } from './tasks-metrics.js';
import { WorkTallies } from './work-tallies.js';

/** How long a process that nobody scrapes any more goes on exporting the queues. */
const IDLE_AFTER = 300_000;

const METRICS_OPTIONS: InjectionToken<TasksMetricsOptions> = 'nestjs-tasks:MetricsOptions';

/**
 * Metrics for Prometheus, through `prom-client`: an optional package, which only this module loads. Imported beside
 * `TasksModule.forRoot()`.
 *
 * @example
 * @Module({ imports: [TasksModule.forRoot(), TasksMetricsModule.forRoot({ guards: [ScrapeGuard] })] })
 * export class AppModule {}
 */
@Module({})
export class TasksMetricsModule {
  /**
   * @param options Everything has a default: a registry of its own, served at `/metrics`.
   * @throws InvalidOptionError and MissingPeerError while the app boots
   */
  static forRoot(options: TasksMetricsOptions & TasksMetricsRoute = {}): DynamicModule {
    assertKnownKeys(options, [...METRICS_OPTION_KEYS, ...METRICS_ROUTE_KEYS], 'metrics');
    const { path, guards, imports, ...rest } = options;
    return moduleOf({ path, guards, imports }, { provide: METRICS_OPTIONS, useFactory: () => rest });
  }

  /** `forRoot()` with options from a factory: the app's registry, say. */
  static forRootAsync(options: TasksMetricsAsyncOptions): DynamicModule {
    assertKnownKeys(options, ['useFactory', 'inject', ...METRICS_ROUTE_KEYS], 'metrics');
    const { inject = [], useFactory, ...route } = options;
    return moduleOf(route, { provide: METRICS_OPTIONS, inject: [...inject], useFactory });
  }
}

function moduleOf(
  { path = 'metrics', guards = [], imports = [] }: TasksMetricsRoute,
  options: FactoryProvider,
): DynamicModule {
  return {
    module: TasksMetricsModule,
    imports: [...imports],
    controllers: path === false ? [] : [metricsController(path, guards)],
    providers: [options, tasksMetrics],
    exports: [TasksMetrics],
  };
}

const tasksMetrics: FactoryProvider<TasksMetrics> = {
  provide: TasksMetrics,
  inject: [METRICS_OPTIONS, RESOLVED_OPTIONS, BackendSet, QueueSide, TaskEvents, HandlerRegistry, WorkerPool],
  useFactory: async (
    given: TasksMetricsOptions,
    { clock }: ResolvedOptions,
    backends: BackendSet,
    side: QueueSide,
    { probes }: TaskEvents,
    handlers: HandlerRegistry,
    pool: WorkerPool,
  ) => {
    const options = resolveMetricsOptions(given);
    const sources = {
      work: new WorkTallies(
        tableOf(options),
        backends.entries().map(([name]) => name),
      ),
      queues: gaugesOf(backends, side, options, clock),
      lag: new LoopLag(),
      stats: () => pool.stats(),
    };
    return new TasksMetrics({
      registry: registryOf(await loadPromClient(), options),
      metrics: metricsOf(sources, options.prefix),
      sources,
      probes,
      tasks: () =>
        // A queue may go by two names; what is counted goes by its own.
        handlers.names().map((task) => ({
          task,
          queue: side.queues.ownName(handlers.get(task)?.options.queue ?? 'default'),
        })),
    });
  },
};

function tableOf({ wait, run, maxTasks }: ResolvedMetricsOptions): TallyTable {
  return new TallyTable({ wait, run }, maxTasks, () =>
    new Logger('TasksMetrics').warn(
      `${maxTasks} pairs of queue and task have series of their own; further ones are counted as task "_other". Raise maxTasks if they are all tasks of yours.`,
    ),
  );
}

function gaugesOf(
  backends: BackendSet,
  { queues }: QueueSide,
  { scrapeTimeout: timeout, lease }: ResolvedMetricsOptions,
  clock: ResolvedOptions['clock'],
): QueueGauges[] {
  const owner = randomUUID();
  return backends.entries().map(([name, backend]) => {
    const own = () => queues.all().filter(({ backendName }) => backendName === name);
    const gauged = { name, backend, queues: () => own().map((queue) => queue.name) };
    return new QueueGauges(gauged, { owner, timeout, lease, idleAfter: IDLE_AFTER, clock });
  });
}

function registryOf(client: PromClient, { registry, processMetrics }: ResolvedMetricsOptions): PromRegistry {
  const chosen = registry === 'default' ? client.register : (registry ?? new client.Registry());
  if (processMetrics) client.collectDefaultMetrics({ register: chosen as never });
  return chosen;
}

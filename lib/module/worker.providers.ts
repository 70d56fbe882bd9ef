import { hostname } from 'node:os';
import { type FactoryProvider, Logger } from '@nestjs/common';
import { BackendSet } from '../backends/index.js';
import { type ResolvedOptions, runsJobs, whyNoWorkers } from '../config/index.js';
import { TaskContextCarriers } from '../context/index.js';
import { TasksDisabledError } from '../errors/index.js';
import { TaskEvents } from '../events/index.js';
import { Breakers, PipelineCache, TaskContextStorage, TaskExecutor } from '../execution/index.js';
import { HandlerRegistry } from '../handlers/index.js';
import {
  ContextMiddleware,
  LoggingMiddleware,
  MetricsMiddleware,
  TaskMetricsCollector,
  TimeoutMiddleware,
  Zombies,
} from '../middleware/index.js';
import { QueueSide } from '../queue/index.js';
import { TasksMiddlewareSource } from './middleware-source.js';
import { RESOLVED_OPTIONS } from './tokens.js';
import { type PoolParts, SettledEvents, WorkerPool } from '../worker/index.js';

/** The side of the worker. */
export const workerProviders: readonly FactoryProvider[] = [
  { provide: TaskMetricsCollector, useFactory: () => new TaskMetricsCollector() },
  { provide: TaskContextStorage, useFactory: () => new TaskContextStorage() },
  {
    provide: Zombies,
    inject: [RESOLVED_OPTIONS],
    useFactory: ({ worker }: ResolvedOptions) => new Zombies(worker.maxZombies),
  },
  {
    provide: TimeoutMiddleware,
    inject: [RESOLVED_OPTIONS, Zombies],
    useFactory: ({ clock }: ResolvedOptions, zombies: Zombies) => new TimeoutMiddleware(clock, zombies),
  },
  {
    provide: PipelineCache,
    inject: [
      RESOLVED_OPTIONS,
      TaskMetricsCollector,
      TimeoutMiddleware,
      TasksMiddlewareSource,
      TaskContextCarriers,
    ],
    useFactory: makePipelines,
  },
  {
    provide: TaskExecutor,
    inject: [RESOLVED_OPTIONS, HandlerRegistry, PipelineCache, TaskContextStorage],
    useFactory: makeExecutor,
  },
  {
    provide: WorkerPool,
    inject: [RESOLVED_OPTIONS, TaskExecutor, QueueSide, BackendSet, TaskEvents, Zombies],
    useFactory: makePool,
  },
];

function makePipelines(
  { clock, logging, context }: ResolvedOptions,
  metrics: TaskMetricsCollector,
  timeout: TimeoutMiddleware,
  source: TasksMiddlewareSource,
  carriers: TaskContextCarriers,
): PipelineCache {
  const builtIn = [
    new LoggingMiddleware(new Logger('Tasks'), logging, clock),
    new MetricsMiddleware(metrics, clock),
    timeout,
    // Only where something is carried: the app's own carriers are made later.
    ...(carriers.isEmpty && context.carriers.length === 0 ? [] : [new ContextMiddleware(carriers)]),
  ];
  return new PipelineCache(builtIn, source);
}

function makeExecutor(
  { clock, worker, timeout, payload, logging }: ResolvedOptions,
  handlers: HandlerRegistry,
  pipelines: PipelineCache,
  storage: TaskContextStorage,
): TaskExecutor {
  return new TaskExecutor(handlers, pipelines, new Breakers(clock), storage, {
    unknownTask: worker.unknownTask,
    maxTimeout: timeout.max,
    defaultTimeout: timeout.default,
    maxResultSize: payload.maxResultSize,
    logger: logging === 'none' ? undefined : new Logger('Tasks'),
  });
}

function makePool(
  options: ResolvedOptions,
  executor: TaskExecutor,
  { queues, codecs, finished }: QueueSide,
  backends: BackendSet,
  events: TaskEvents,
  zombies: Zombies,
): WorkerPool {
  const { worker, clock } = options;
  const serve: PoolParts['serve'] = () => {
    if (!runsJobs(options)) throw new TasksDisabledError(whyNoWorkers(options));
    return backends.entries().map(([name, backend]) => {
      const served = queues
        .definitions()
        .filter((queue) => queue.backend === name && (worker.queues?.includes(queue.name) ?? true));
      const limited = served.filter(
        ({ rateLimit, concurrency }) => rateLimit !== undefined || concurrency !== undefined,
      );
      return { name, backend, queues: namesOf(served), limited: new Set(namesOf(limited)) };
    });
  };
  return new WorkerPool(worker, {
    processId: `${hostname()}:${process.pid}`,
    executor,
    codecs,
    events,
    settled: new SettledEvents(events, finished),
    zombies,
    clock,
    logger: new Logger('WorkerPool'),
    serve,
    ownName: (queue) => (queues.has(queue) ? queues.ownName(queue) : queue),
  });
}

const namesOf = (queues: readonly { readonly name: string }[]): string[] => queues.map(({ name }) => name);

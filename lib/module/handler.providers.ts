import type { FactoryProvider } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModuleRef, ModulesContainer } from '@nestjs/core';
import { ScheduledWorkers } from '../background/index.js';
import { BackendSet } from '../backends/index.js';
import type { ResolvedOptions } from '../config/index.js';
import { TaskMetadataAccessor } from '../decorators/index.js';
import { TaskEvents } from '../events/index.js';
import {
  HandlerDecorator,
  handlerDecorators,
  HandlerFactory,
  HandlerRegistry,
  hostsOf,
  InjectedTokens,
  ListenerExplorer,
  NestHandlerFactory,
  orderHooks,
  ProviderSites,
  TaskExplorer,
} from '../handlers/index.js';
import { TimeoutMiddleware } from '../middleware/index.js';
import { QueueSide } from '../queue/index.js';
import { AdoptingAccessor, Scheduling } from '../scheduling/index.js';
import { WorkerPool } from '../worker/index.js';
import { TasksContextSource } from './context.providers.js';
import { TasksCoreLifecycle } from './core-lifecycle.js';
import { TasksInstanceMaker } from './instance-maker.js';
import { TasksMiddlewareSource } from './middleware-source.js';
import { QueueGate } from './queue-gate.js';
import { RESOLVED_OPTIONS } from './tokens.js';

/** From decorated methods to what the workers call, and the order in which it all starts. */
export const handlerProviders: readonly FactoryProvider[] = [
  {
    provide: HandlerFactory,
    inject: [ModuleRef, RESOLVED_OPTIONS],
    useFactory: (moduleRef: ModuleRef, { enhancers }: ResolvedOptions) =>
      new NestHandlerFactory(moduleRef, enhancers.globals),
  },
  { provide: HandlerDecorator, useFactory: () => new HandlerDecorator() },
  {
    provide: InjectedTokens,
    inject: [ModulesContainer],
    useFactory: (modules: ModulesContainer) => new InjectedTokens(modules),
  },
  {
    provide: HandlerRegistry,
    inject: [RESOLVED_OPTIONS, QueueSide, QueueGate],
    useFactory: (options: ResolvedOptions, { catalogue }: QueueSide, gate: QueueGate) =>
      new HandlerRegistry(options, catalogue, gate),
  },
  {
    provide: ProviderSites,
    inject: [DiscoveryService],
    useFactory: (discovery: DiscoveryService) => new ProviderSites(discovery, new MetadataScanner()),
  },
  {
    provide: TaskMetadataAccessor,
    inject: [RESOLVED_OPTIONS],
    useFactory: ({ scheduler }: ResolvedOptions) =>
      scheduler.adoptCron ? new AdoptingAccessor() : new TaskMetadataAccessor(),
  },
  {
    provide: ListenerExplorer,
    inject: [ProviderSites, TaskMetadataAccessor, TaskEvents, QueueGate],
    useFactory: (sites: ProviderSites, accessor: TaskMetadataAccessor, events: TaskEvents, gate: QueueGate) =>
      new ListenerExplorer(sites, accessor, events, gate),
  },
  {
    provide: TasksInstanceMaker,
    inject: [ModulesContainer],
    useFactory: (modules: ModulesContainer) => new TasksInstanceMaker(modules),
  },
  {
    provide: TasksMiddlewareSource,
    inject: [TasksInstanceMaker, HandlerRegistry],
    useFactory: (maker: TasksInstanceMaker, handlers: HandlerRegistry) =>
      new TasksMiddlewareSource(maker, handlers),
  },
  {
    provide: TasksCoreLifecycle,
    inject: [
      RESOLVED_OPTIONS,
      BackendSet,
      QueueSide,
      TaskEvents,
      ProviderSites,
      HandlerFactory,
      HandlerRegistry,
      TasksMiddlewareSource,
      TimeoutMiddleware,
      ModulesContainer,
      ScheduledWorkers,
      TasksContextSource,
      ListenerExplorer,
      Scheduling,
      TaskMetadataAccessor,
      WorkerPool,
    ],
    useFactory: makeLifecycle,
  },
];

function makeLifecycle(
  options: ResolvedOptions,
  backends: BackendSet,
  { queues, relays, finished }: QueueSide,
  events: TaskEvents,
  sites: ProviderSites,
  factory: HandlerFactory,
  registry: HandlerRegistry,
  middleware: TasksMiddlewareSource,
  timeout: TimeoutMiddleware,
  modules: ModulesContainer,
  scheduled: ScheduledWorkers,
  context: TasksContextSource,
  listeners: ListenerExplorer,
  scheduling: Scheduling,
  accessor: TaskMetadataAccessor,
  pool: WorkerPool,
): TasksCoreLifecycle {
  for (const host of hostsOf(modules, TasksCoreLifecycle)) orderHooks(host, 'first');
  const tasks = new TaskExplorer(sites, accessor, factory, registry, () => handlerDecorators(modules));
  return new TasksCoreLifecycle({
    options,
    backends,
    queues,
    relays,
    finished,
    pool,
    tasks,
    listeners,
    middleware,
    events,
    timeout,
    scheduled,
    scheduling,
    context,
  });
}

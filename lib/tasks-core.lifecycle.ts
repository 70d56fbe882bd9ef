import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { ScheduledWorkers } from './background/index.js';
import type { BackendSet } from './backends/index.js';
import type { TaskEvents } from './events/index.js';
import type { ListenerExplorer, TaskExplorer } from './handlers/index.js';
import type { TimeoutMiddleware } from './middleware/index.js';
import type { QueueRegistry } from './queue/index.js';
import { checkWorkerQueues, type ResolvedOptions, runsJobs } from './config/index.js';
import type { TasksContextSource } from './tasks-context.providers.js';
import type { TasksMiddlewareSource } from './tasks-middleware.source.js';

export interface CoreParts {
  readonly options: ResolvedOptions;
  readonly backends: BackendSet;
  readonly queues: QueueRegistry;
  readonly tasks: TaskExplorer;
  readonly listeners: ListenerExplorer;
  readonly middleware: TasksMiddlewareSource;
  readonly events: TaskEvents;
  readonly timeout: TimeoutMiddleware;
  readonly scheduled: ScheduledWorkers;
  readonly context: TasksContextSource;
}

/**
 * Runs before the first and after the last hook of the app: handlers are known and backends open as long as anything of
 * the app can enqueue.
 */
export class TasksCoreLifecycle implements OnModuleInit, OnApplicationShutdown {
  constructor(private readonly parts: CoreParts) {}

  /** What can be wrong with the app is found out before a broker is called. */
  async onModuleInit(): Promise<void> {
    const { options, backends, queues, tasks, listeners, middleware, scheduled, context } = this.parts;
    tasks.explore();
    checkWorkerQueues(options, queues.names());
    await context.prepare(options.context.carriers);
    // A process that runs no job needs nothing of what middleware injects.
    if (runsJobs(options)) {
      await middleware.prepare({ middleware: options.middleware, queues: queues.definitions() });
    }
    listeners.explore();
    scheduled.explore();
    await backends.open();
  }

  async onApplicationShutdown(): Promise<void> {
    this.parts.timeout.stop();
    this.parts.events.close();
    await this.parts.backends.close();
  }
}

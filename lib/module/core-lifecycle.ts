import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { ScheduledWorkers } from '../background/index.js';
import type { BackendSet } from '../backends/index.js';
import type { TaskEvents } from '../events/index.js';
import type { ListenerExplorer, TaskExplorer } from '../handlers/index.js';
import type { TimeoutMiddleware } from '../middleware/index.js';
import type { Scheduling } from '../scheduling/index.js';
import type { OutboxRelays, QueueRegistry } from '../queue/index.js';
import type { FinishedJobs } from '../state/index.js';
import type { WorkerPool } from '../worker/index.js';
import { checkWorkerQueues, type ResolvedOptions, runsJobs } from '../config/index.js';
import type { TasksContextSource } from './context.providers.js';
import { handedOn } from './hand-on.js';
import type { TasksMiddlewareSource } from './middleware-source.js';

export interface CoreParts {
  readonly options: ResolvedOptions;
  readonly backends: BackendSet;
  readonly queues: QueueRegistry;
  readonly relays: OutboxRelays;
  readonly finished: FinishedJobs;
  readonly pool: WorkerPool;
  readonly tasks: TaskExplorer;
  readonly listeners: ListenerExplorer;
  readonly middleware: TasksMiddlewareSource;
  readonly events: TaskEvents;
  readonly timeout: TimeoutMiddleware;
  readonly scheduled: ScheduledWorkers;
  readonly scheduling: Scheduling;
  readonly context: TasksContextSource;
}

/**
 * Runs before the first and after the last hook of the app: handlers are known and backends open as long as anything of
 * the app can enqueue.
 */
export class TasksCoreLifecycle implements OnModuleInit, OnApplicationShutdown {
  /** An HTTP app can be closed before it has started: Nest goes on with its start all the same. */
  private isClosed = false;

  constructor(private readonly parts: CoreParts) {}

  /** What can be wrong with the app is found out before a broker is called. */
  async onModuleInit(): Promise<void> {
    const { options, backends, queues, tasks, listeners, middleware, scheduled, scheduling, context } =
      this.parts;
    tasks.explore();
    checkWorkerQueues(options, queues.names());
    await context.prepare(options.context.carriers);
    // A process that runs no job needs nothing of what middleware injects.
    if (runsJobs(options)) {
      await middleware.prepare({ middleware: options.middleware, queues: queues.definitions() });
    }
    listeners.explore();
    scheduled.explore();
    await scheduling.explore();
    if (this.isClosed) return;
    await backends.open();
    if (this.isClosed) await backends.close();
    else this.parts.relays.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    const { timeout, events, finished, relays, pool, backends, options } = this.parts;
    await pool.close();
    timeout.stop();
    finished.close();
    events.close();
    await handedOn(relays.stop(), options.clock);
    await backends.close();
  }
}

import {
  type FactoryProvider,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { ResolvedOptions } from './config/index.js';
import { TaskEvents } from './events/index.js';
import { hostsOf, importersOf, type ModuleHost, orderHooks } from './handlers/index.js';
import { RESOLVED_OPTIONS } from './tasks.tokens.js';
import { WorkerPool } from './worker/index.js';

/** Starts the workers when all of the app has started, and drains them before anything of it closes. */
export class TasksRunner implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly pool: WorkerPool,
    private readonly events: TaskEvents,
    private readonly options: ResolvedOptions,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.options.worker.autoStart) await this.pool.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.pool.drain();
    await this.listenersAreDone();
  }

  /** What asynchronous listeners still do (a page that is being sent) belongs to the jobs that ended; it has a bound. */
  private async listenersAreDone(): Promise<void> {
    const { clock, worker } = this.options;
    let timer: { cancel(): void } | undefined;
    const bound = new Promise<void>((resolve) => (timer = clock.setTimer(worker.shutdownTimeout, resolve)));
    await Promise.race([this.events.settled(), bound]);
    timer?.cancel();
  }
}

export const runnerProvider: FactoryProvider<TasksRunner> = {
  provide: TasksRunner,
  useFactory: (modules: ModulesContainer, pool: WorkerPool, events: TaskEvents, options: ResolvedOptions) => {
    const [host] = hostsOf(modules, TasksRunner);
    if (host !== undefined && !orderHooks(host, 'last')) warnOfLaterImports(modules, host);
    return new TasksRunner(pool, events, options);
  },
  inject: [ModulesContainer, WorkerPool, TaskEvents, RESOLVED_OPTIONS],
};

/** Without a say in the order of hooks, modules that are imported after this one close before the workers drain. */
function warnOfLaterImports(modules: ModulesContainer, host: ModuleHost): void {
  for (const importer of importersOf(modules, host)) {
    const imports = [...importer.imports];
    const later = imports.slice(imports.indexOf(host) + 1).filter(({ isGlobal }) => !isGlobal);
    if (later.length === 0) continue;
    const names = later.map(({ metatype }) => metatype.name).join(', ');
    new Logger('TasksModule').warn(
      `${importer.metatype.name} imports ${names} after TasksModule.forRoot(): they close while jobs may still run. Import TasksModule.forRoot() last.`,
    );
  }
}

import {
  type FactoryProvider,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { BackgroundTaskManager, ScheduledWorkers } from '../background/index.js';
import { type ResolvedOptions, runsJobs } from '../config/index.js';
import { Scheduling } from '../scheduling/index.js';
import { TaskEvents } from '../events/index.js';
import { hostsOf, importersOf, type ModuleHost, orderHooks } from '../handlers/index.js';
import { type AppCheck, BootCheck } from './boot-check.js';
import { handedOn } from './hand-on.js';
import { RESOLVED_OPTIONS } from './tokens.js';
import { ProcessHold, WorkerPool } from '../worker/index.js';

export interface RunnerParts {
  readonly pool: WorkerPool;
  readonly events: TaskEvents;
  readonly scheduled: ScheduledWorkers;
  readonly scheduling: Scheduling;
  readonly background: BackgroundTaskManager;
  readonly options: ResolvedOptions;
  readonly check: Pick<AppCheck, 'run' | 'judgeSchedules'>;
}

/** Starts the workers when all of the app has started, and drains them before anything of it closes. */
export class TasksRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly hold = new ProcessHold();
  /** An HTTP app can be closed before it has started: Nest goes on with its start all the same. */
  private isClosed = false;

  constructor(private readonly parts: RunnerParts) {}

  async onApplicationBootstrap(): Promise<void> {
    const { pool, scheduled, scheduling, options, check } = this.parts;
    if (this.isClosed) return;
    check.run();
    if (runsJobs(options) && options.worker.autoStart) await pool.start();
    if (options.enabled && options.background.autoStart) scheduled.start();
    if (!options.enabled) return;
    await scheduling.start();
    // No boot waits for it, or ends because of it: a store that does not answer is told of by whoever needs it.
    if (runsJobs(options))
      void scheduling.firing().then(
        (all) => check.judgeSchedules(all),
        () => undefined,
      );
  }

  /**
   * Scheduled workers and jobs end together; what they have left to run beside them has its turn when they are done. Nothing else
   * may keep the process alive by then, and every step has a bound.
   */
  async onModuleDestroy(): Promise<void> {
    const { pool, scheduled, scheduling, background, options } = this.parts;
    this.isClosed = true;
    this.hold.take();
    try {
      // Another process fires from now on, while the jobs of this one end.
      await Promise.all([handedOn(scheduling.stop(), options.clock), scheduled.stop(), pool.drain()]);
      await this.listenersAreDone();
      await background.shutdown();
    } finally {
      this.hold.release();
    }
  }

  /** What asynchronous listeners still do (a page that is being sent) belongs to the jobs that ended; it has a bound. */
  private async listenersAreDone(): Promise<void> {
    const {
      events,
      options: { clock, worker },
    } = this.parts;
    let timer: { cancel(): void } | undefined;
    const bound = new Promise<void>((resolve) => (timer = clock.setTimer(worker.shutdownTimeout, resolve)));
    await Promise.race([events.settled(), bound]);
    timer?.cancel();
  }
}

export const runnerProvider: FactoryProvider<TasksRunner> = {
  provide: TasksRunner,
  useFactory: (
    modules: ModulesContainer,
    pool: WorkerPool,
    events: TaskEvents,
    scheduled: ScheduledWorkers,
    scheduling: Scheduling,
    background: BackgroundTaskManager,
    options: ResolvedOptions,
    check: AppCheck,
  ) => {
    const [host] = hostsOf(modules, TasksRunner);
    if (host !== undefined && !orderHooks(host, 'last')) warnOfLaterImports(modules, host);
    return new TasksRunner({ pool, events, scheduled, scheduling, background, options, check });
  },
  inject: [
    ModulesContainer,
    WorkerPool,
    TaskEvents,
    ScheduledWorkers,
    Scheduling,
    BackgroundTaskManager,
    RESOLVED_OPTIONS,
    BootCheck,
  ],
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

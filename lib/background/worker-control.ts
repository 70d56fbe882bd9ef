import { Logger } from '@nestjs/common';
import type { Duration } from '../contract/index.js';
import { toMs } from '../config/index.js';
import { settledWithin } from '../worker/index.js';
import { type AtHome, HOME } from './background-home.js';
import { BackgroundTaskManager } from './background-task-manager.js';
import { CycleLoop } from './cycle-loop.js';
import { planOf, type ScheduledWorkerOptions, type WorkerPlan } from './worker-plan.js';

/** What a cycle gets to end by itself once its signal is aborted. */
const ABORT_GRACE = 1_000;

/** What a worker has of its own class: settings, and the work itself. */
export interface ControlledWorker extends Required<ScheduledWorkerOptions> {
  runCycle(signal: AbortSignal): Promise<void> | void;
}

/**
 * The inside of a scheduled worker, apart from it: a subclass is free in the names of its members, and a proxy around the worker
 * changes nothing.
 */
export class WorkerControl {
  loop: CycleLoop | undefined;
  private stopping: Promise<boolean> | undefined;

  constructor(
    private readonly worker: ControlledWorker,
    private readonly given: ScheduledWorkerOptions,
  ) {}

  get isRunning(): boolean {
    return this.loop?.isRunning ?? false;
  }

  /** Its settings, checked: what the constructor was given, then the fields of the class. @throws InvalidOptionError */
  plan(): WorkerPlan {
    const { interval, initialDelay, jitter, onErrorPolicy, autoStart } = this.worker;
    const told = Object.entries(this.given).filter(([, value]) => value !== undefined);
    return planOf(this.name, {
      interval,
      initialDelay,
      jitter,
      onErrorPolicy,
      autoStart,
      ...Object.fromEntries(told),
    });
  }

  start(): void {
    const logger = new Logger(this.name);
    if (this.isRunning || this.stopping !== undefined) {
      logger.warn('It is running already: this start does nothing.');
      return;
    }
    const cycle = (signal: AbortSignal) => this.worker.runCycle(signal);
    const loop = new CycleLoop(this.name, cycle, this.plan(), this.manager, logger);
    loop.start(this.loop?.running);
    this.loop = loop;
  }

  async stop(grace: Duration): Promise<boolean> {
    const ms = toMs(grace, 'grace');
    this.stopping ??= this.end(ms).finally(() => (this.stopping = undefined));
    return this.stopping;
  }

  private async end(grace: number): Promise<boolean> {
    const { loop } = this;
    if (loop === undefined) return true;
    loop.stop();
    const { running } = loop;
    if (running === undefined) return true;
    // It was told before and does not listen: there is nothing more to wait for.
    if (loop.wasAborted) return false;
    const { clock } = this.manager;
    if (await settledWithin(running, grace, clock)) return true;
    loop.abort();
    return settledWithin(running, ABORT_GRACE, clock);
  }

  private get name(): string {
    return this.worker.constructor.name;
  }

  /** Its app's; one of its own for a worker that was made by hand. */
  private get manager(): BackgroundTaskManager {
    const home = this.worker as AtHome;
    if (home[HOME] === undefined) new BackgroundTaskManager().adopt(home);
    return home[HOME] as BackgroundTaskManager;
  }
}

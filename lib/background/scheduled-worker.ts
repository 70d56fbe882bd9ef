import { Inject } from '@nestjs/common';
import { assertKnownKeys } from '../config/index.js';
import type { Duration } from '../contract/index.js';
import { HOME } from './background-home.js';
import { BackgroundTaskManager } from './background-task-manager.js';
import { OnErrorPolicy } from './on-error-policy.js';
import { WorkerControl } from './worker-control.js';
import type { ScheduledWorkerOptions } from './worker-plan.js';

const OPTIONS = [
  'interval',
  'initialDelay',
  'jitter',
  'onErrorPolicy',
  'autoStart',
] as const satisfies readonly (keyof ScheduledWorkerOptions)[];
const STOP_GRACE: Duration = '2s';
/** The only member of its own that a subclass inherits beside the public ones. */
export const CONTROL: unique symbol = Symbol('ScheduledWorker');

/**
 * A provider that does a piece of work again and again, in every process that runs it: instead of an interval of one's own that
 * nobody stops. It starts when the whole app has started and is stopped first thing at shutdown. One cycle runs at a time; the
 * interval counts from the end of a cycle. What has to run once among all processes is a `@Task()`.
 *
 * Settings are fields of the class; what the constructor is given goes before them.
 *
 * @example
 * @Injectable()
 * class RetentionWorker extends ScheduledWorker {
 *   override readonly interval = '1h';
 *   override readonly initialDelay = '5s';
 *
 *   constructor(private readonly records: Records) {
 *     super();
 *   }
 *
 *   async runCycle(signal: AbortSignal): Promise<void> {
 *     await this.records.deleteExpired({ signal });
 *   }
 * }
 */
export abstract class ScheduledWorker {
  /** From the end of one cycle to the beginning of the next. Default 60 s. */
  readonly interval: Duration = '60s';
  /** From the start to the first cycle. Default 0. */
  readonly initialDelay: Duration = 0;
  /** Each wait is longer by a random part of this. Default 0. */
  readonly jitter: Duration = 0;
  /** What it does when a cycle throws. Default `LOG_AND_CONTINUE`. */
  readonly onErrorPolicy: OnErrorPolicy = OnErrorPolicy.LOG_AND_CONTINUE;
  /** Whether it starts with the application. Default true; else call `start()`. */
  readonly autoStart: boolean = true;

  /** @internal */
  readonly [CONTROL]: WorkerControl;

  /** @throws InvalidOptionError for an option that does not exist */
  constructor(options: ScheduledWorkerOptions = {}) {
    assertKnownKeys(options, OPTIONS);
    this[CONTROL] = new WorkerControl(this, options);
  }

  /**
   * One piece of the work. What it throws is logged and answered by `onErrorPolicy`.
   * @param signal Aborted when the worker is stopped and its grace is over, and when the app shuts down.
   */
  abstract runCycle(signal: AbortSignal): Promise<void> | void;

  /** From `start()` until it is stopped, also by `OnErrorPolicy.STOP`. */
  get isRunning(): boolean {
    return this[CONTROL].isRunning;
  }

  /** Cycles that have ended since the last start. */
  get cycles(): number {
    return this[CONTROL].loop?.cycles ?? 0;
  }

  /** How many of them threw. */
  get failures(): number {
    return this[CONTROL].loop?.failures ?? 0;
  }

  /**
   * Begins; the first cycle runs after `initialDelay`. While it runs, a second start warns and does nothing.
   * @throws InvalidOptionError with every setting that makes no sense, TasksClosedError after the app has shut down
   */
  start(): void {
    this[CONTROL].start();
  }

  /**
   * Begins no more cycles, and waits for the one that runs; when the grace is over its signal is aborted, and it gets 1 s more.
   *
   * @param grace How long to wait before the abort. Default 2 s.
   * @returns whether nothing of it runs any more
   * @throws InvalidDurationError for a grace that is none; the worker goes on then
   */
  stop(grace: Duration = STOP_GRACE): Promise<boolean> {
    return this[CONTROL].stop(grace);
  }
}

// What every subclass inherits, so that it need not pass a manager through its constructor.
Inject(BackgroundTaskManager)(ScheduledWorker.prototype, HOME);

import { AsyncResource } from 'node:async_hooks';
import { TasksClosedError, toErrorRecord } from '../errors/index.js';
import { Alarm, ProcessHold } from '../worker/index.js';
import { isAbortAnswer } from './abort-answer.js';
import type { BackgroundTaskManager } from './background-task-manager.js';
import { OnErrorPolicy, pauseAfter } from './on-error-policy.js';
import type { WorkerPlan } from './worker-plan.js';

export interface LoopLogger {
  error(message: string, stack?: string): void;
}

/** One worker from its start to its stop: waits, runs a cycle, waits again. A worker that is started anew gets a new one. */
export class CycleLoop {
  cycles = 0;
  failures = 0;
  /** The cycle that runs; it never rejects. */
  running: Promise<void> | undefined;
  private failuresInARow = 0;
  private on = false;
  private controller = new AbortController();
  private readonly hold = new ProcessHold();
  /** Nothing that a worker does belongs to the request in which it was started. */
  private readonly scope = new AsyncResource('ScheduledWorker');
  private readonly alarm: Alarm;

  constructor(
    private readonly name: string,
    private readonly runCycle: (signal: AbortSignal) => Promise<void> | void,
    private readonly plan: WorkerPlan,
    private readonly manager: BackgroundTaskManager,
    private readonly logger: LoopLogger,
    private readonly random: () => number = Math.random,
  ) {
    this.alarm = new Alarm(manager.clock, () => this.begin());
  }

  get isRunning(): boolean {
    return this.on;
  }

  /**
   * @param earlier A cycle of before that did not stop: the first one waits for its end, so that no two run at once.
   * @throws TasksClosedError when the manager has shut down
   */
  start(earlier?: Promise<void>): void {
    if (this.manager.isClosed) throw new TasksClosedError('The application is shutting down.');
    this.on = true;
    this.hold.take();
    this.scope.runInAsyncScope(() => {
      if (earlier === undefined) this.arm(this.plan.initialDelay);
      else void earlier.then(() => this.arm(this.plan.initialDelay));
    });
  }

  /** Whether the cycle that runs, or the last one, was told to end. */
  get wasAborted(): boolean {
    return this.controller.signal.aborted;
  }

  /** No more cycles; one that runs goes on. */
  stop(): void {
    this.on = false;
    this.alarm.clear();
    this.hold.release();
  }

  /** Aborts the cycle that runs. */
  abort(): void {
    this.controller.abort(new TasksClosedError(`${this.name} was stopped.`));
  }

  private arm(pause: number): void {
    if (this.on) this.alarm.set(pause + this.random() * this.plan.jitter);
  }

  private begin(): void {
    if (this.manager.isClosed) return this.stop();
    this.controller = new AbortController();
    this.running = this.manager.trackNamed(this.name, (closing) => this.cycle(closing));
  }

  private async cycle(closing: AbortSignal): Promise<void> {
    const { controller } = this;
    const forward = () => controller.abort(closing.reason);
    closing.addEventListener('abort', forward, { once: true });
    try {
      await this.runCycle(controller.signal);
      this.failuresInARow = 0;
    } catch (error) {
      if (!isAbortAnswer(error, controller.signal)) this.fail(error);
    }
    this.cycles++;
    this.running = undefined;
    this.arm(pauseAfter(this.failuresInARow, this.plan.interval, this.plan.onErrorPolicy));
  }

  private fail(error: unknown): void {
    this.failures++;
    this.failuresInARow++;
    const { message, stack } = toErrorRecord(error);
    const isLast = this.plan.onErrorPolicy === OnErrorPolicy.STOP;
    if (isLast) this.stop();
    this.logger.error(`A cycle failed${isLast ? ', and the worker has stopped' : ''}: ${message}`, stack);
  }
}

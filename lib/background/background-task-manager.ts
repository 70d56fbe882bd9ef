import { setMaxListeners } from 'node:events';
import { Logger } from '@nestjs/common';
import { type Clock, type Duration, systemClock } from '../contract/index.js';
import { toMs } from '../config/index.js';
import { TasksClosedError, toErrorRecord } from '../errors/index.js';
import { ProcessHold, settledWithin } from '../worker/index.js';
import { isAbortAnswer } from './abort-answer.js';
import { adopt } from './background-home.js';
import { namesOf, type TrackedWork } from './tracked-work.js';

/** What can be tracked: a promise of work under way, or a function that is called at once and gets a signal. */
export type BackgroundWork<T> = PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T> | T);

export interface BackgroundManagerOptions {
  /** Where it takes its time from. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** How long `shutdown()` waits unless it is told otherwise. Default 30 s. */
  readonly shutdownTimeout?: Duration | undefined;
}

const SHUTDOWN_TIMEOUT: Duration = '30s';

/**
 * Keeps hold of what runs beside the requests and jobs of this process, so that nothing of it is lost from sight: errors are
 * logged and never unhandled, and a shutdown aborts what runs and waits for it.
 *
 * This is for work that may be lost with its process: a cache to be warmed, a log to be flushed. Work that has to be done is a
 * job of a `@Task()`. The module shuts the manager down when the workers have drained, before anything that its work uses closes.
 *
 * @example
 * constructor(private readonly background: BackgroundTaskManager) {}
 * this.background.trackNamed('warm the cache', (signal) => this.cache.warm({ signal }));
 */
export class BackgroundTaskManager {
  private readonly logger = new Logger('BackgroundTaskManager');
  private readonly works = new Set<TrackedWork>();
  private readonly controller = new AbortController();
  private readonly hold = new ProcessHold();
  private shuttingDown: Promise<void> | undefined;

  constructor(private options: BackgroundManagerOptions = {}) {
    // As many may listen as there is work: this is no leak that Node should warn of.
    setMaxListeners(0, this.controller.signal);
  }

  /** The clock that its shutdown and the scheduled workers go by. */
  get clock(): Clock {
    return this.options.clock ?? systemClock;
  }

  /**
   * The module's manager is made before the options of the module are known, so that what has background work can be injected where
   * those are made.
   *
   * @internal
   */
  configure(options: BackgroundManagerOptions): void {
    this.options = options;
  }

  /** How much of what was tracked has not ended yet. */
  get pendingCount(): number {
    return this.works.size;
  }

  /** The names of it, oldest first; several of one name as `name (2)`. */
  get pendingNames(): readonly string[] {
    return namesOf(this.works);
  }

  /** Aborted when the shutdown begins; for work that was not given a signal of its own, such as `@Background()` methods. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** From the beginning of the shutdown on, for good: no function is called any more. */
  get isClosed(): boolean {
    return this.shuttingDown !== undefined;
  }

  /** `trackNamed`, under the name of the function or `background work`. */
  track<T>(work: BackgroundWork<T>): Promise<T> {
    return this.trackNamed((typeof work === 'function' && work.name) || 'background work', work);
  }

  /**
   * Keeps hold of work until it has ended. What it throws is logged, and also told by the promise that is returned, which may be
   * awaited or ignored.
   *
   * @param name What the log calls it.
   * @param work A promise, or a function; the function is called before this returns, with a signal that is aborted when the
   * manager shuts down.
   * @returns what the work gives; rejects with what it throws, and with `TasksClosedError` for a function that came after the
   * shutdown began, which is not called
   */
  trackNamed<T>(name: string, work: BackgroundWork<T>): Promise<T> {
    const controller = new AbortController();
    const promise = typeof work === 'function' ? this.call(work, controller.signal) : Promise.resolve(work);
    const tracked: TrackedWork = { name, controller, promise };
    this.works.add(tracked);
    promise.then(
      () => this.works.delete(tracked),
      (error: unknown) => {
        this.works.delete(tracked);
        const wasTold = [controller, this.controller].some(({ signal }) => isAbortAnswer(error, signal));
        if (!wasTold) this.report(name, error);
      },
    );
    return promise;
  }

  /**
   * Tracks the `@Background()` methods of an object that Nest did not make; those of providers are tracked without it.
   *
   * @example
   * const log = new AuditLog(store); // in a unit test
   * new BackgroundTaskManager().adopt(log);
   */
  adopt(instance: object): void {
    adopt(instance, this);
  }

  /**
   * Aborts the signals of all that runs, then waits for all of it together. What does not end in time is logged by its name and
   * left behind. Calls share one shutdown; it never rejects for anything that the work does.
   *
   * @param timeout How long to wait for all together. Default: `background.shutdownTimeout`, 30 s.
   * @throws InvalidDurationError for a timeout that is none; the manager goes on then
   */
  async shutdown(timeout: Duration = this.options.shutdownTimeout ?? SHUTDOWN_TIMEOUT): Promise<void> {
    const ms = toMs(timeout, 'timeout');
    this.shuttingDown ??= this.end(ms);
    await this.shuttingDown;
  }

  private async end(timeout: number): Promise<void> {
    const reason = new TasksClosedError('The application is shutting down.');
    this.hold.take();
    this.controller.abort(reason);
    for (const { controller } of this.works) controller.abort(reason);
    if (this.works.size > 0) await settledWithin(this.whenIdle(), timeout, this.clock);
    this.hold.release();
    if (this.works.size === 0) return;
    const names = this.pendingNames.join(', ');
    this.logger.warn(`${this.works.size} did not stop within ${timeout} ms and are left behind: ${names}`);
  }

  /** Also for what is tracked while it waits. */
  private async whenIdle(): Promise<void> {
    while (this.works.size > 0) await Promise.allSettled([...this.works].map(({ promise }) => promise));
  }

  private call<T>(work: (signal: AbortSignal) => PromiseLike<T> | T, signal: AbortSignal): Promise<T> {
    if (this.isClosed) return Promise.reject(new TasksClosedError('The application is shutting down.'));
    return new Promise((resolve) => resolve(work(signal)));
  }

  private report(name: string, error: unknown): void {
    const { message, stack } = toErrorRecord(error);
    this.logger.error(`${name} failed: ${message}`, stack);
  }
}

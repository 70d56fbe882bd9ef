import { AsyncResource } from 'node:async_hooks';
import type { Duration, Ms } from '../contract/index.js';
import { assertKnownKeys, nearestName, toMs } from '../config/index.js';
import { InvalidOptionError, TasksClosedError, UnknownQueueError } from '../errors/index.js';
import type { DrainResult } from './drain.js';
import { ProcessHold } from './process-hold.js';
import { ProcessMeter } from './process-meter.js';
import { type ServedBackend, Shift, type ShiftParts } from './shift.js';
import type { TaskWorker } from './task-worker.js';
import type { PoolStats, WorkerJobStats } from './worker-stats.js';

export interface PoolOptions {
  readonly workerCount: number;
  readonly maxConcurrentTasks: number;
  readonly pollInterval: Ms;
  readonly shutdownTimeout: Ms;
  readonly lease: Ms;
  readonly cleanupInterval: Ms;
}

export interface PoolParts extends ShiftParts {
  /** Which backends and queues to serve, asked at each start. */
  readonly serve: () => readonly ServedBackend[];
  /** The name by which a queue is served, of any that it goes by; a name that no queue has is given back. */
  readonly ownName: (queue: string) => string;
}

/** How a pool is stopped. */
export interface StopOptions {
  /** Wait for running jobs. Default false: they are aborted at once; `drain()` waits. */
  readonly drain?: boolean | undefined;
  /** How long to wait before they are aborted. Default: `worker.shutdownTimeout`, 30 s. */
  readonly timeout?: Duration | undefined;
}

const STOP_OPTIONS = ['drain', 'timeout'] as const satisfies readonly (keyof StopOptions)[];
const NOTHING_IN_HAND: DrainResult = { released: 0, unsettled: 0 };

/**
 * The workers of this process: `workerCount` workers with `maxConcurrentTasks` slots each, fed by one loop a backend.
 *
 * Jobs are claimed with a lease, run, and settled; a job whose process dies runs elsewhere within a lease and a second.
 * The module starts the pool with the application and drains it first at shutdown; by hand it is for scripts and tests.
 *
 * @example
 * constructor(private readonly pool: WorkerPool) {}
 * await this.pool.scaleTo(8);
 * console.log(this.pool.stats().active);
 */
export class WorkerPool {
  private readonly meter = new ProcessMeter();
  private readonly hold = new ProcessHold();
  /** Nothing that a pool does belongs to the request or job in which it was started. */
  private readonly scope = new AsyncResource('WorkerPool');
  private shift: Shift | undefined;
  private started: Promise<void> = Promise.resolve();
  private stopping: Promise<DrainResult> | undefined;
  private running = false;
  private closed = false;
  private workerCount: number;
  private maxConcurrentTasks: number;
  private pollInterval: Ms;
  private cleanupInterval: Ms;
  private queues: readonly string[] | undefined;

  constructor(
    private readonly options: PoolOptions,
    private readonly parts: PoolParts,
  ) {
    this.workerCount = options.workerCount;
    this.maxConcurrentTasks = options.maxConcurrentTasks;
    this.pollInterval = options.pollInterval;
    this.cleanupInterval = options.cleanupInterval;
  }

  /** From `start()` until a `stop()` is done. */
  get isRunning(): boolean {
    return this.running;
  }

  /** While it stops: nothing is claimed any more, and what runs may go on for a while. */
  get isStopping(): boolean {
    return this.stopping !== undefined;
  }

  /** Of a pool that has stopped: those that it had. */
  get workers(): readonly TaskWorker[] {
    return this.shift?.slots.workers ?? [];
  }

  /**
   * Starts claiming; after a stop that is under way, when that is done. Backends in trouble are logged, tried again and hold
   * up no other. Does nothing while it runs. Statistics begin anew.
   * @throws TasksClosedError when the application has shut down
   */
  async start(): Promise<void> {
    while (this.stopping !== undefined) await this.stopping;
    if (this.closed) throw new TasksClosedError();
    if (!this.running) this.started = this.scope.runInAsyncScope(() => this.begin());
    await this.started;
  }

  /**
   * Stops claiming, aborts what runs, and gives it back without an attempt counted. With `drain: true` it waits for what runs first, until the timeout.
   * Calls at the same time share one stop; one with `drain: false` ends the waiting of all.
   * @throws InvalidOptionError for a key that does not exist, InvalidDurationError for a timeout that is none; the pool goes on then
   */
  async stop(options: StopOptions = {}): Promise<DrainResult> {
    assertKnownKeys(options, STOP_OPTIONS);
    const timeout =
      options.timeout === undefined ? this.options.shutdownTimeout : toMs(options.timeout, 'timeout');
    const { shift } = this;
    if (!this.running || shift === undefined) return NOTHING_IN_HAND;
    const drainFirst = options.drain ?? false;
    if (this.stopping === undefined) this.stopping = this.end(shift, drainFirst, timeout);
    else if (!drainFirst) shift.hurry();
    return this.stopping;
  }

  /** `stop({ drain: true })` by its other name. */
  drain(timeout?: Duration): Promise<DrainResult> {
    return this.stop({ drain: true, timeout });
  }

  /** Stops for good. @internal */
  async close(): Promise<void> {
    this.closed = true;
    await this.stop();
  }

  /** Changes the number of workers. A worker too many finishes what it runs. @param size whole, 0 to 10,000 */
  async scaleTo(size: number): Promise<void> {
    assertWhole('size', size, 0, 10_000);
    this.workerCount = size;
    this.shift?.slots.scaleTo(size);
    this.shift?.wake();
  }

  /** Changes how many jobs each worker runs at once. @param slots whole, 1 to 100,000 */
  setConcurrency(slots: number): void {
    assertWhole('slots', slots, 1, 100_000);
    this.maxConcurrentTasks = slots;
    this.shift?.slots.resize(slots);
    this.shift?.wake();
  }

  /**
   * Serves only these queues from now on; undefined: all that the options say.
   * @param queues By their names; `default` also by that of the primary backend. An empty list: none.
   * @throws UnknownQueueError for a queue that this process does not serve; nothing is changed then
   */
  setQueues(queues: readonly string[] | undefined): void {
    const named = queues && [...new Set(queues.map((queue) => this.parts.ownName(queue)))];
    if (named !== undefined) this.assertServed(named);
    this.queues = named;
    this.shift?.serve(named);
  }

  /** Changes how often to look for work that nothing announced. @param interval 1 ms or more */
  setPollInterval(interval: Duration): void {
    this.pollInterval = toInterval(interval, 'pollInterval');
    this.shift?.setPollInterval(this.pollInterval);
  }

  /** Changes how often overdue things are swept. @param interval 1 ms or more */
  setCleanupInterval(interval: Duration): void {
    this.cleanupInterval = toInterval(interval, 'cleanupInterval');
    this.shift?.setCleanupInterval(this.cleanupInterval);
  }

  /** One worker each. */
  workerStats(): WorkerJobStats[] {
    const now = this.parts.clock.now();
    return this.workers.map((worker) => worker.stats(now));
  }

  /** All workers together, those that were scaled away included, and what the process uses. */
  stats(): PoolStats {
    const { shift } = this;
    const workers = this.workerStats();
    const { jobs, failures, busyTime } = shift?.slots.totals ?? { jobs: 0, failures: 0, busyTime: 0 };
    return {
      running: this.running,
      size: workers.length,
      active: shift?.slots.active ?? 0,
      capacity: workers.reduce((sum, { capacity }) => sum + capacity, 0),
      jobs,
      failures,
      meanTime: jobs === 0 ? 0 : busyTime / jobs,
      busyTime,
      uptime: this.running && shift !== undefined ? this.parts.clock.now() - shift.startedAt : 0,
      leasesLost: shift?.leasesLost ?? 0,
      zombies: this.parts.zombies.count,
      workers,
      process: this.meter.read(),
    };
  }

  private async begin(): Promise<void> {
    const { workerCount, maxConcurrentTasks, pollInterval, cleanupInterval, queues } = this;
    const { lease } = this.options;
    const settings = { workerCount, maxConcurrentTasks, pollInterval, cleanupInterval, lease };
    const shift = new Shift(this.parts.serve(), settings, this.parts);
    this.shift = shift;
    this.running = true;
    this.meter.start();
    this.hold.take();
    await shift.start(queues);
  }

  private async end(shift: Shift, drainFirst: boolean, timeout: Ms): Promise<DrainResult> {
    const result = await shift.stop(drainFirst, timeout);
    this.meter.stop();
    this.hold.release();
    this.running = false;
    this.stopping = undefined;
    const { logger } = this.parts;
    if (result.released > 0) logger.warn(`${result.released} running jobs were aborted and given back.`);
    if (result.unsettled > 0) {
      logger.error(
        `${result.unsettled} jobs could not be settled; they run again when their leases are over.`,
      );
    }
    return result;
  }

  private assertServed(queues: readonly string[]): void {
    const known = this.parts.serve().flatMap((served) => served.queues);
    for (const queue of queues) {
      if (!known.includes(queue)) throw new UnknownQueueError(queue, known, nearestName(queue, known));
    }
  }
}

function toInterval(interval: Duration, path: string): Ms {
  const ms = toMs(interval, path);
  if (ms < 1) throw new InvalidOptionError([{ path, message: 'must be at least 1 ms' }]);
  return ms;
}

function assertWhole(path: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new InvalidOptionError([
    { path, message: `must be a whole number from ${least} to ${most.toLocaleString('en')}` },
  ]);
}

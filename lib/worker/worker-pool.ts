import type { Clock, Duration, Ms, TaskBackend } from '../contract/index.js';
import { toMs } from '../config/index.js';
import { InvalidOptionError } from '../errors/index.js';
import type { Codecs, EventSink, RunEnvironment, TaskExecutor } from '../execution/index.js';
import type { Zombies } from '../middleware/index.js';
import { CancelWatcher } from './cancel-watcher.js';
import { drain, type DrainResult } from './drain.js';
import { JobFeeder } from './job-feeder.js';
import { LeaseKeeper } from './lease-keeper.js';
import { ProcessMeter } from './process-meter.js';
import type { SettledEvents } from './settled-events.js';
import { Sweeper } from './sweeper.js';
import type { TaskWorker } from './task-worker.js';
import { WorkerSlots } from './worker-slots.js';
import type { PoolStats, WorkerJobStats } from './worker-stats.js';

export interface PoolOptions {
  readonly workerCount: number;
  readonly maxConcurrentTasks: number;
  readonly pollInterval: Ms;
  readonly shutdownTimeout: Ms;
  readonly lease: Ms;
  readonly cleanupInterval: Ms;
}

/** One backend and the queues of it that this process serves. */
export interface ServedBackend {
  readonly name: string;
  readonly backend: TaskBackend;
  readonly queues: readonly string[];
}

export interface PoolParts {
  /** Shown in job records and worker ids: which process this is. */
  readonly processId: string;
  readonly executor: TaskExecutor;
  readonly codecs: Codecs;
  readonly events: EventSink;
  readonly settled: SettledEvents;
  readonly zombies: Zombies;
  readonly clock: Clock;
  readonly logger: { log(message: string): void; warn(message: string): void; error(message: string): void };
  /** Which backends and queues to serve, asked at each start. */
  readonly serve: () => readonly ServedBackend[];
}

/** How a pool is stopped. */
export interface StopOptions {
  /** Wait for running jobs. Default true. */
  readonly drain?: boolean | undefined;
  /** How long to wait before they are aborted. Default: `worker.shutdownTimeout`, 30 s. */
  readonly timeout?: Duration | undefined;
}

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
  private readonly slots: WorkerSlots;
  private readonly meter = new ProcessMeter();
  private feeders: JobFeeder[] = [];
  private watchers: CancelWatcher[] = [];
  private keeper: LeaseKeeper | undefined;
  private sweeper: Sweeper | undefined;
  private size: number;
  private startedAt = 0;
  private running = false;
  private stopping: Promise<DrainResult> | undefined;
  private onlyQueues: readonly string[] | undefined;
  private pollInterval: Ms;
  private cleanupInterval: Ms;

  constructor(
    private readonly options: PoolOptions,
    private readonly parts: PoolParts,
  ) {
    this.size = options.workerCount;
    this.pollInterval = options.pollInterval;
    this.cleanupInterval = options.cleanupInterval;
    this.slots = new WorkerSlots(parts.processId, options.maxConcurrentTasks, parts.clock);
  }

  get isRunning(): boolean {
    return this.running;
  }

  get workers(): readonly TaskWorker[] {
    return this.slots.workers;
  }

  /** Starts claiming. A backend that cannot be served is logged and stops no other. Does nothing while it runs. */
  async start(): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.stopping = undefined;
    this.startedAt = this.parts.clock.now();
    this.meter.start();
    this.slots.scaleTo(this.size);
    const served = this.parts.serve();
    this.feeders = served.map((one) => this.feederOf(one));
    this.watchers = served.map(
      ({ backend }, place) => new CancelWatcher(backend.state, this.feeder(place).inHand),
    );
    this.keepLeases(served);
    this.sweeper = new Sweeper(
      served.map(({ backend }) => backend.queue),
      this.cleanupInterval,
      this.parts.clock,
      this.parts.logger,
      (ended) => this.parts.settled.tellEnded(ended),
    );
    this.sweeper.start();
    await Promise.all(served.map((one, place) => this.startOne(one, place)));
  }

  /**
   * Stops claiming, waits for what runs, aborts what is left after the timeout, and gives it back without an attempt counted.
   * Calls at the same time share one stop.
   */
  stop(options: StopOptions = {}): Promise<DrainResult> {
    if (!this.running) return Promise.resolve({ released: 0, unsettled: 0 });
    const timeout =
      options.timeout === undefined ? this.options.shutdownTimeout : toMs(options.timeout, 'timeout');
    this.stopping ??= this.stopWith(options.drain ?? true, timeout);
    return this.stopping;
  }

  /** `stop({ drain: true })` by its other name. */
  drain(timeout?: Duration): Promise<DrainResult> {
    return this.stop({ drain: true, timeout });
  }

  /** Changes the number of workers. A worker too many finishes what it runs. @param size whole, 0 or more */
  async scaleTo(size: number): Promise<void> {
    assertCount('size', size);
    this.size = size;
    if (!this.running) return;
    this.slots.scaleTo(size);
    this.wake();
  }

  /** Changes how many jobs each worker runs at once. @param slots whole, 1 or more */
  setConcurrency(slots: number): void {
    assertCount('slots', slots, 1);
    this.slots.resize(slots);
    this.wake();
  }

  /** Serves only these queues from now on; undefined: all that the options say. */
  setQueues(queues: readonly string[] | undefined): void {
    this.onlyQueues = queues;
    if (!this.running) return;
    this.parts.serve().forEach(({ queues: all }, place) => this.feeder(place).serve(this.chosen(all)));
  }

  /** Changes how often to look for work that nothing announced. */
  setPollInterval(interval: Duration): void {
    this.pollInterval = toMs(interval, 'pollInterval');
    for (const feeder of this.feeders) feeder.options.pollInterval = this.pollInterval;
    this.wake();
  }

  /** Changes how often overdue things are swept. */
  setCleanupInterval(interval: Duration): void {
    this.cleanupInterval = toMs(interval, 'cleanupInterval');
    this.sweeper?.setInterval(this.cleanupInterval);
  }

  /** One worker each. */
  workerStats(): WorkerJobStats[] {
    const now = this.parts.clock.now();
    return this.slots.workers.map((worker) => worker.stats(now));
  }

  /** All workers together, and what the process uses. */
  stats(): PoolStats {
    const workers = this.workerStats();
    const jobs = sum(workers, 'jobs');
    const busyTime = sum(workers, 'busyTime');
    return {
      running: this.running,
      size: workers.length,
      active: this.slots.active,
      capacity: sum(workers, 'capacity'),
      jobs,
      failures: sum(workers, 'failures'),
      meanTime: jobs === 0 ? 0 : busyTime / jobs,
      busyTime,
      uptime: this.running ? this.parts.clock.now() - this.startedAt : 0,
      leasesLost: this.feeders.reduce((lost, feeder) => lost + feeder.leasesLost, 0),
      zombies: this.parts.zombies.count,
      workers,
      process: this.meter.read(),
    };
  }

  private feederOf({ name, backend }: ServedBackend): JobFeeder {
    const { lease } = this.options;
    const { processId, executor, zombies, settled, clock, logger } = this.parts;
    const environment: RunEnvironment = {
      clock,
      codecs: this.parts.codecs,
      events: this.parts.events,
      recorder: backend.queue,
    };
    return new JobFeeder(
      backend,
      { name, worker: processId, lease, pollInterval: this.pollInterval },
      {
        slots: this.slots,
        executor,
        environment,
        zombies,
        settled,
        clock,
        logger,
        onFree: () => this.nudge(),
      },
    );
  }

  private async startOne(served: ServedBackend, place: number): Promise<void> {
    try {
      await this.watchers[place]?.start();
      if (this.running) this.feeder(place).start(this.chosen(served.queues));
    } catch (error) {
      const message = error instanceof Error ? error.message : 'unknown error';
      this.parts.logger.error(`Backend "${served.name}" cannot be served: ${message}`);
    }
  }

  private keepLeases(served: readonly ServedBackend[]): void {
    const kept = served.map(({ name, backend }, place) => ({
      name,
      backend: backend.queue,
      inHand: this.feeder(place).inHand,
    }));
    this.keeper = new LeaseKeeper(kept, this.options.lease, this.parts.clock, this.parts.logger);
    this.keeper.start();
  }

  private async stopWith(drainFirst: boolean, timeout: Ms): Promise<DrainResult> {
    const result = await drain(this.feeders, { drain: drainFirst, timeout }, this.parts.clock);
    this.running = false;
    this.keeper?.stop();
    this.sweeper?.stop();
    this.meter.stop();
    await Promise.allSettled(this.watchers.map((watcher) => watcher.stop()));
    if (result.released > 0)
      this.parts.logger.warn(`${result.released} running jobs were aborted and given back.`);
    if (result.unsettled > 0) {
      this.parts.logger.error(
        `${result.unsettled} jobs could not be settled; they run again when their leases are over.`,
      );
    }
    return result;
  }

  private chosen(queues: readonly string[]): readonly string[] {
    const only = this.onlyQueues;
    return only === undefined ? queues : queues.filter((queue) => only.includes(queue));
  }

  private feeder(place: number): JobFeeder {
    const feeder = this.feeders[place];
    if (feeder === undefined) throw new RangeError('The pool was not started with this backend.');
    return feeder;
  }

  private wake(): void {
    for (const feeder of this.feeders) feeder.wake();
  }

  private nudge(): void {
    for (const feeder of this.feeders) feeder.nudge();
  }
}

function sum(
  workers: readonly WorkerJobStats[],
  field: 'jobs' | 'failures' | 'busyTime' | 'capacity',
): number {
  return workers.reduce((total, worker) => total + worker[field], 0);
}

function assertCount(path: string, value: number, least = 0): void {
  if (Number.isInteger(value) && value >= least && value <= 10_000) return;
  throw new InvalidOptionError([{ path, message: `must be a whole number from ${least} to 10,000` }]);
}

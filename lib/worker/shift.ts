import type { Clock, Ms, TaskBackend } from '../contract/index.js';
import type { Codecs, EventSink, TaskExecutor } from '../execution/index.js';
import type { Zombies } from '../middleware/index.js';
import { CancelWatcher } from './cancel-watcher.js';
import { drain, type DrainResult } from './drain.js';
import { JobFeeder } from './job-feeder.js';
import { LeaseKeeper } from './lease-keeper.js';
import { NoteGather } from './note-gather.js';
import type { SettledEvents } from './settled-events.js';
import { Sweeper } from './sweeper.js';
import { TransactionSettler } from './transaction-settler.js';
import { WorkerSlots } from './worker-slots.js';

/** One backend and the queues of it that this process serves. */
export interface ServedBackend {
  readonly name: string;
  readonly backend: TaskBackend;
  readonly queues: readonly string[];
  /** Those of them with a rate or a concurrency. Default: none. */
  readonly limited?: ReadonlySet<string> | undefined;
}

/** What can be changed while a pool runs. */
export interface ShiftSettings {
  readonly workerCount: number;
  readonly maxConcurrentTasks: number;
  readonly pollInterval: Ms;
  readonly lease: Ms;
  readonly cleanupInterval: Ms;
}

export interface ShiftParts {
  /** Shown in job records and worker ids: which process this is. */
  readonly processId: string;
  readonly executor: TaskExecutor;
  readonly codecs: Codecs;
  readonly events: EventSink;
  readonly settled: SettledEvents;
  readonly zombies: Zombies;
  readonly clock: Clock;
  readonly logger: { log(message: string): void; warn(message: string): void; error(message: string): void };
}

/**
 * A pool at work, from its start to its stop: slots, a feeder and a watcher for each backend, the keeper of leases, the
 * sweeper. A pool that is started again gets a new one, so nothing that comes back late can touch it.
 */
export class Shift {
  readonly slots: WorkerSlots;
  readonly startedAt: number;
  private readonly feeders: readonly JobFeeder[];
  private readonly watchers: readonly CancelWatcher[];
  private readonly keeper: LeaseKeeper;
  private readonly sweeper: Sweeper;
  private hurryUp: () => void = () => undefined;
  private readonly hurried = new Promise<void>((resolve) => (this.hurryUp = resolve));

  constructor(
    private readonly served: readonly ServedBackend[],
    settings: ShiftSettings,
    private readonly parts: ShiftParts,
  ) {
    const { clock, logger } = parts;
    this.startedAt = clock.now();
    this.slots = new WorkerSlots(parts.processId, settings.maxConcurrentTasks, clock);
    this.slots.scaleTo(settings.workerCount);
    this.feeders = served.map((one) => this.feederOf(one, settings));
    const kept = this.feeders.map(({ inHand, options }, place) => ({
      name: options.name,
      lease: options.lease,
      backend: this.backend(place).queue,
      inHand,
    }));
    this.keeper = new LeaseKeeper(kept, clock, logger);
    this.watchers = kept.map((leases, place) => {
      const onGap = () => void this.keeper.keep(leases);
      const { name, inHand } = leases;
      return new CancelWatcher(this.backend(place).state, { name, inHand, clock, logger, onGap });
    });
    const backends = served.map(({ backend }) => backend);
    this.sweeper = new Sweeper(backends, parts.processId, settings.cleanupInterval, clock, logger, (ended) =>
      parts.settled.tellEnded(ended),
    );
  }

  get leasesLost(): number {
    return this.feeders.reduce((lost, feeder) => lost + feeder.leasesLost, 0);
  }

  /** Begins to claim. Resolves when cancels are watched for, or that was tried. */
  async start(queues: readonly string[] | undefined): Promise<void> {
    this.keeper.start();
    this.sweeper.start();
    this.feeders.forEach((feeder, place) => feeder.start(chosen(this.served[place], queues)));
    await Promise.all(this.watchers.map((watcher) => watcher.start()));
  }

  /** Claims no more, ends what is in hand, and lets go of every timer and subscription. */
  async stop(drainFirst: boolean, timeout: Ms): Promise<DrainResult> {
    const options = { drain: drainFirst, timeout, hurry: this.hurried };
    const result = await drain(this.feeders, options, this.parts.clock);
    this.keeper.stop();
    this.sweeper.stop();
    await Promise.allSettled(this.watchers.map((watcher) => watcher.stop()));
    return result;
  }

  /** Cuts the waiting of a stop under way short: what still runs is aborted now. */
  hurry(): void {
    this.hurryUp();
  }

  serve(queues: readonly string[] | undefined): void {
    this.feeders.forEach((feeder, place) => feeder.serve(chosen(this.served[place], queues)));
  }

  setPollInterval(interval: Ms): void {
    for (const feeder of this.feeders) feeder.options.pollInterval = interval;
    this.wake();
  }

  setCleanupInterval(interval: Ms): void {
    this.sweeper.setInterval(interval);
  }

  wake(): void {
    for (const feeder of this.feeders) feeder.wake();
  }

  private feederOf({ name, backend, limited }: ServedBackend, settings: ShiftSettings): JobFeeder {
    const { processId, executor, zombies, settled, clock, codecs, events, logger } = this.parts;
    const { queue } = backend;
    const lease = Math.max(settings.lease, queue.capabilities.minLease);
    const recorder = new NoteGather(queue);
    const settler = new TransactionSettler(queue, name, processId, lease);
    return new JobFeeder(
      backend,
      {
        name,
        worker: processId,
        lease,
        limited,
        pollInterval: settings.pollInterval,
      },
      {
        slots: this.slots,
        executor,
        environment: { clock, codecs, events, recorder, settler },
        zombies,
        settled,
        clock,
        logger,
        onRest: () => this.refresh(),
      },
    );
  }

  private refresh(): void {
    for (const feeder of this.feeders) feeder.refresh();
  }

  private backend(place: number): TaskBackend {
    return (this.served[place] as ServedBackend).backend;
  }
}

function chosen(served: ServedBackend | undefined, queues: readonly string[] | undefined): readonly string[] {
  const all = served?.queues ?? [];
  return queues === undefined ? all : all.filter((queue) => queues.includes(queue));
}

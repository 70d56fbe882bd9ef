import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { DiscoveryService } from '@nestjs/core';
import { Subject } from 'rxjs';
import type { ScheduleEvent, SchedulerStore, TaskBackend } from '../contract/index.js';
import type { ResolvedOptions } from '../config/index.js';
import type { QueueSide } from '../queue/index.js';
import { silenceCron } from './cron-adoption.js';
import { CronShelf } from './cron/cron-shelf.js';
import { FleetClock } from './fleet-clock.js';
import { FleetLedger } from './fleet-ledger.js';
import { Leadership } from './leadership.js';
import type { ReadRules } from './read-schedule.js';
import { reconcile } from './reconcile.js';
import type { DeclaredSchedule, ScheduleExplorer } from './schedule-explorer.js';
import { ScheduleLeader } from './schedule-leader.js';
import { type ScheduledTask, scheduledTasks } from './scheduled-tasks.js';
import { ScheduleMarks } from './schedule-marks.js';
import { RegistryBridge } from './registry-bridge.js';
import { ScheduleRules } from './schedule-rules.js';
import { SchedulerRunner } from './scheduler-runner.js';
import { StateSchedulerStore } from './state-scheduler.store.js';
import { storePayload } from './stored-payload.js';
import { TaskScheduler } from './task-scheduler.js';

export interface SchedulingParts {
  readonly options: ResolvedOptions;
  /** Its state keeps what the fleet shares about schedules. */
  readonly primary: TaskBackend;
  readonly side: QueueSide;
  readonly explorer: ScheduleExplorer;
  /** Finds what `@nestjs/schedule` provides, where the app imports it. */
  readonly discovery: Pick<DiscoveryService, 'getProviders'>;
  readonly logger: { warn(message: string): void };
}

/** Everything of an app that has to do with schedules, put together. */
export class Scheduling {
  readonly scheduler: TaskScheduler;
  private readonly runner: SchedulerRunner;
  private readonly rules: ScheduleRules;
  private readonly reading: ReadRules;
  private readonly store: SchedulerStore;
  private readonly marks: ScheduleMarks;
  private readonly clock: FleetClock;
  private readonly bridge: RegistryBridge;
  private readonly events = new Subject<ScheduleEvent>();
  private declared: ReadonlyMap<string, DeclaredSchedule> = new Map();

  constructor(private readonly parts: SchedulingParts) {
    const { options, primary, side, logger } = parts;
    const { group, lease, timezone, checkInterval } = options.scheduler;
    const { queues, catalogue, codecs, manager } = side;
    const { state } = primary;
    const isShared = primary.queue.capabilities.scope === 'fleet';
    const warn = (message: string) => logger.warn(message);
    const shelf = new CronShelf();
    const { clock: localClock } = options;
    this.clock = new FleetClock(localClock, state);
    this.store = options.scheduler.store ?? new StateSchedulerStore(state, group);
    this.marks = new ScheduleMarks(state, group);
    this.rules = new ScheduleRules({ queues, catalogue, codecs });
    this.reading = { timezone, store: (payload) => storePayload(payload, codecs) };
    const ledger = new FleetLedger(state, group);
    const leader = new ScheduleLeader({
      group,
      queues,
      catalogue,
      codecs,
      shelf,
      localClock,
      warn,
      clock: this.clock,
      store: this.store,
      marks: this.marks,
      ledger,
      emit: (event) => this.events.next(event),
    });
    const leadership = new Leadership({
      state,
      group,
      lease,
      isShared,
      localClock,
      leader,
      ledger,
      warn,
      clock: this.clock,
      owner: `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`,
      prepare: () => this.reconcile(),
    });
    const isOwnStore = options.scheduler.store === undefined;
    this.runner = new SchedulerRunner({
      leadership,
      leader,
      localClock,
      clock: this.clock,
      store: this.store,
      checkInterval: isShared || !isOwnStore ? checkInterval : undefined,
    });
    this.scheduler = new TaskScheduler({
      shelf,
      codecs,
      manager,
      store: this.store,
      marks: this.marks,
      runner: this.runner,
      clock: this.clock,
      rules: this.rules,
      reading: this.reading,
      events: this.events,
    });
    const { discovery } = parts;
    const now = () => this.clock.now();
    this.bridge = new RegistryBridge({ discovery, scheduler: this.scheduler, shelf, now, warn });
  }

  /** What the code declares. */
  get declarations(): ReadonlyMap<string, DeclaredSchedule> {
    return this.declared;
  }

  /** Every enabled schedule in the store, by what it enqueues. */
  async firing(): Promise<ScheduledTask[]> {
    return scheduledTasks(await this.store.list());
  }

  /**
   * Finds what the code declares; to be called when the tasks are registered.
   * @throws what is wrong with it, naming class and method
   */
  async explore(): Promise<void> {
    const { options, discovery, explorer } = this.parts;
    if (options.scheduler.adoptCron) silenceCron(discovery);
    this.declared = explorer.explore(this.reading);
    await this.rules.checkAll(new Map([...this.declared].map(([name, { plan }]) => [name, plan])));
  }

  /** Takes part, as the options say. */
  async start(): Promise<void> {
    if (!this.parts.options.scheduler.enabled) return;
    await this.runner.start();
    this.bridge.register(this.declared);
  }

  /** Never rejects. */
  async stop(): Promise<void> {
    this.bridge.detach();
    await this.runner.stop();
    this.events.complete();
  }

  private reconcile(): Promise<void> {
    return reconcile(this.declared, {
      store: this.store,
      marks: this.marks,
      now: () => Math.floor(this.clock.now()),
      overwriteEdits: this.parts.options.scheduler.overwriteEdits,
      onChange: (schedule, change) => this.events.next({ type: 'changed', schedule, change }),
    });
  }
}

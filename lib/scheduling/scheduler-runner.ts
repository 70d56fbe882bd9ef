import type { Clock, Ms, SchedulerStore, StateSubscription } from '../contract/index.js';
import { Alarm } from '../worker/index.js';
import type { FleetClock } from './fleet-clock.js';
import type { Leadership } from './leadership.js';
import type { ScheduleLeader } from './schedule-leader.js';

/** What this process does about schedules. */
export interface SchedulerStatus {
  /** Whether it takes part. */
  readonly running: boolean;
  /** Whether it fires the schedules of the fleet. */
  readonly leading: boolean;
  /** How many schedules it has in hand; only a leader has any. */
  readonly schedules: number;
  /** When the first of them fires, by the store's clock. */
  readonly nextAt?: Date | undefined;
  /** How long that moment has passed; 0 when it has not, or when nothing is to fire. */
  readonly overdue: Ms;
  /** When it was last in touch with the store, by its own clock. */
  readonly lastBeatAt?: Date | undefined;
  /** What it could not do then, if so. */
  readonly trouble?: string | undefined;
}

export interface RunnerParts {
  readonly store: SchedulerStore;
  readonly leadership: Leadership;
  readonly leader: ScheduleLeader;
  readonly localClock: Clock;
  readonly clock: Pick<FleetClock, 'now'>;
  /** How often the store is looked at for changes that nobody told; undefined: it is this process's alone. */
  readonly checkInterval?: Ms | undefined;
}

/** Lets this process take part in firing the schedules of the fleet. */
export class SchedulerRunner {
  private readonly alarm: Alarm;
  private watch: Promise<StateSubscription | undefined> | undefined;
  private running = false;

  constructor(private readonly parts: RunnerParts) {
    this.alarm = new Alarm(parts.localClock, () => void this.look());
  }

  async start(): Promise<void> {
    if (this.running) return;
    this.running = true;
    const { store, leadership, leader } = this.parts;
    this.watch = Promise.resolve()
      .then(() => store.watch((name) => void leader.changed(name).catch(() => undefined)))
      .catch(() => undefined);
    await this.watch;
    await leadership.start();
    this.lookLater();
  }

  /** Never rejects. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.running = false;
    this.alarm.clear();
    await this.parts.leadership.stop();
    await (await this.watch)?.close().catch(() => undefined);
  }

  refresh(): Promise<void> {
    return this.parts.leader.changed();
  }

  status(): SchedulerStatus {
    const { leader, leadership, clock } = this.parts;
    const nextAt = leader.isLeading ? leader.nextAt : undefined;
    const { lastBeatAt, lastTrouble } = leadership;
    return {
      running: this.running,
      leading: leader.isLeading,
      schedules: leader.isLeading ? leader.size : 0,
      overdue: nextAt === undefined ? 0 : Math.max(0, Math.round(clock.now() - nextAt)),
      ...(nextAt === undefined || !Number.isFinite(nextAt) ? {} : { nextAt: new Date(nextAt) }),
      ...(lastBeatAt === 0 ? {} : { lastBeatAt: new Date(lastBeatAt) }),
      ...(lastTrouble === undefined ? {} : { trouble: lastTrouble }),
    };
  }

  /** What nobody told: a message was lost, or the store was changed by other means. */
  private async look(): Promise<void> {
    await this.refresh().catch(() => undefined);
    this.lookLater();
  }

  private lookLater(): void {
    const { checkInterval } = this.parts;
    if (this.running && checkInterval !== undefined) this.alarm.set(checkInterval);
  }
}

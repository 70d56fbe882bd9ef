import type { Clock, Lease, Ms, StateBackend, StateSubscription } from '../contract/index.js';
import { toErrorRecord } from '../errors/index.js';
import { Alarm } from '../worker/index.js';
import type { FleetClock } from './fleet-clock.js';
import type { FleetLedger } from './fleet-ledger.js';
import type { ScheduleLeader } from './schedule-leader.js';

export interface LeadershipParts {
  readonly state: StateBackend;
  readonly group: string;
  /** Of this process, among those of the fleet. */
  readonly owner: string;
  readonly lease: Ms;
  /** Whether other processes see the same state: where they do not, this one leads from the start. */
  readonly isShared: boolean;
  readonly localClock: Clock;
  readonly clock: FleetClock;
  readonly leader: ScheduleLeader;
  readonly ledger: FleetLedger;
  /** To be done once, before it may lead; tried again until it succeeds. */
  readonly prepare: () => Promise<void>;
  readonly warn: (message: string) => void;
}

/** A lease that outlives every beat, for a process that is alone. */
const ALONE = Number.MAX_SAFE_INTEGER;

/**
 * One process of a fleet leads: who holds the lease. Each tries to get it, or keeps it, three times in its length, so that a leader that
 * was killed is replaced within a lease and a third.
 */
export class Leadership {
  private readonly alarm: Alarm;
  private readonly name: string;
  private lease: Lease | undefined;
  private watch: Promise<StateSubscription | undefined> | undefined;
  private aliveSince = 0;
  private lastBeat = 0;
  private running = false;
  private prepared = false;
  private beating: Promise<void> = Promise.resolve();
  private trouble: string | undefined;

  constructor(private readonly parts: LeadershipParts) {
    this.alarm = new Alarm(parts.localClock, () => this.beatSoon());
    this.name = `schedules:${parts.group}`;
  }

  /** What the latest beat could not do, if so. */
  get lastTrouble(): string | undefined {
    return this.trouble;
  }

  /** When this process was last in touch with the store, by its own clock. */
  get lastBeatAt(): number {
    return this.lastBeat;
  }

  /** Resolves when the first beat is over. */
  start(): Promise<void> {
    this.running = true;
    const { state, isShared } = this.parts;
    if (isShared) {
      const listen = state.watch(this.name, () => this.beatSoon());
      // Without it a successor comes at its own next beat.
      this.watch = listen.catch(() => undefined);
    }
    this.beatSoon();
    return this.beating;
  }

  /** Hands the lease on. Never rejects. */
  async stop(): Promise<void> {
    this.running = false;
    this.alarm.clear();
    await this.beating;
    const { state, leader, isShared } = this.parts;
    await leader.stop();
    await (await this.watch)?.close().catch(() => undefined);
    const { lease } = this;
    this.lease = undefined;
    if (lease === undefined || !isShared) return;
    try {
      await state.release(lease);
      await state.publish(this.name, 'free');
    } catch {
      // It runs out by itself.
    }
  }

  private beatSoon(): void {
    this.beating = this.beating.then(() => this.beat());
  }

  private async beat(): Promise<void> {
    if (!this.running) return;
    const { localClock, lease, isShared, warn } = this.parts;
    const at = localClock.now();
    try {
      await this.keepTime(at);
      if (!this.prepared) await this.parts.prepare();
      this.prepared = true;
      await this.lead(at);
      this.trouble = undefined;
    } catch (error) {
      const { message } = toErrorRecord(error);
      if (this.trouble === undefined)
        warn(`Who leads the schedules cannot be settled now, and is tried again: ${message}`);
      this.trouble = message;
    }
    if (this.running && (isShared || this.trouble !== undefined)) this.alarm.set(Math.floor(lease / 3));
  }

  /** A process that was frozen, or slept, was not there meanwhile. */
  private async keepTime(at: number): Promise<void> {
    const { clock, lease, localClock } = this.parts;
    const believed = clock.now();
    await clock.sync();
    const slept = Math.max(at - this.lastBeat, clock.now() - believed);
    if (this.aliveSince === 0 || (this.trouble === undefined && slept > 2 * lease))
      this.aliveSince = clock.now();
    this.lastBeat = localClock.now();
  }

  private async lead(at: number): Promise<void> {
    const { state, owner, lease: length, isShared, leader, ledger, clock } = this.parts;
    const held = this.lease;
    if (held !== undefined && leader.isLeading) {
      if (!isShared || (await state.renew(held, length))) {
        leader.trust(isShared ? at + length : ALONE);
        await leader.beat();
        if (leader.isLeading) return;
      } else leader.resign();
    }
    this.lease = isShared
      ? ((await state.acquire(this.name, owner, length)) ?? undefined)
      : { name: this.name, owner, fence: '1' };
    if (this.lease === undefined) return ledger.live(clock.now(), 2 * length);
    leader.trust(isShared ? at + length : ALONE);
    const mandate = { fence: this.lease.fence, aliveSince: this.aliveSince, silence: 2 * length };
    if (!(await leader.takeOver(mandate)) && isShared) await state.release(this.lease);
  }
}

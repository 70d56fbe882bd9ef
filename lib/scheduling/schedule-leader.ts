import { setImmediate as breath } from 'node:timers/promises';
import type { Clock, ScheduleEvent, SchedulerStore, StoredSchedule } from '../contract/index.js';
import { toErrorRecord } from '../errors/index.js';
import { Alarm } from '../worker/index.js';
import type { CronShelf } from './cron/cron-shelf.js';
import { nextSlot } from './due-slots.js';
import type { FleetLedger, FleetState } from './fleet-ledger.js';
import { EntryHeap, ScheduleEntry } from './schedule-entry.js';
import type { ScheduleMark, ScheduleMarks } from './schedule-marks.js';
import { SlotFiring, type SlotFiringParts } from './slot-firing.js';
import { timingOf } from './timing.js';
import { planOf } from './schedule-record.js';

/** Schedules that are made ready before others have their turn. */
const CHUNK = 500;
/** After trouble with the store, in milliseconds. */
const PAUSE = 1_000;

export interface LeaderParts extends Omit<SlotFiringParts, 'entry'> {
  readonly store: SchedulerStore;
  readonly marks: ScheduleMarks;
  readonly ledger: FleetLedger;
  readonly shelf: CronShelf;
  /** Of this process: what the lease is counted by here. */
  readonly localClock: Clock;
  readonly emit: (event: ScheduleEvent) => void;
}

/** What a leader is told when it takes over. */
export interface Mandate {
  /** Of its lease. */
  readonly fence: string;
  /** Since when this process is there, by the store's clock. */
  readonly aliveSince: number;
  /** A silence of this length, in milliseconds, means that no process was alive; a shorter one is a failover. */
  readonly silence: number;
}

/**
 * Fires the schedules of a fleet while this process leads it. One timer is armed, for the first of all. Before it fires anything it
 * writes how far it goes into the ledger, which refuses a leader that was replaced; what it has fired it notes afterwards. So a
 * successor knows which slots were certainly not fired, and which may have been: these it fires again with the same key.
 */
export class ScheduleLeader {
  private readonly entries = new Map<string, ScheduleEntry>();
  private heap = new EntryHeap();
  private readonly unnoted = new Map<string, ScheduleMark>();
  private readonly alarm: Alarm;
  private readonly firing: SlotFiring;
  private turn: Promise<unknown> = Promise.resolve();
  private found: Pick<FleetState, 'upTo' | 'gap'> = { upTo: 0 };
  private leading = false;
  private validUntil = 0;
  private inTrouble = false;

  constructor(private readonly parts: LeaderParts) {
    this.alarm = new Alarm(parts.localClock, () => void this.run());
    this.firing = new SlotFiring({ ...parts, entry: (name) => this.entries.get(name) });
  }

  get isLeading(): boolean {
    return this.leading;
  }

  /** The moment at which something fires next, by the store's clock. */
  get nextAt(): number | undefined {
    return this.heap.first()?.due;
  }

  get size(): number {
    return this.entries.size;
  }

  /** @returns false when another process has been quicker. @throws BackendUnavailableError */
  async takeOver(mandate: Mandate): Promise<boolean> {
    // In its turn: what is changed meanwhile comes behind it.
    await this.inTurn(() => this.begin(mandate));
    if (!this.leading) return false;
    await this.run();
    return true;
  }

  private async begin({ fence, aliveSince, silence }: Mandate): Promise<void> {
    const { clock, ledger } = this.parts;
    const before = await ledger.read();
    if (before !== undefined && BigInt(before.fence) > BigInt(fence)) return;
    const now = clock.now();
    const gap =
      before !== undefined && aliveSince - before.alive > silence
        ? { from: before.gap?.from ?? before.alive, to: aliveSince }
        : before?.gap;
    this.found = { upTo: before?.upTo ?? now, ...(gap && { gap }) };
    if (!(await ledger.write({ fence, upTo: this.found.upTo, alive: now, ...(gap && { gap }) }))) return;
    await this.load();
    this.leading = true;
    this.parts.emit({ type: 'leader', leading: true });
  }

  /** Its lease holds until then, by this process's clock. */
  trust(until: number): void {
    this.validUntil = until;
  }

  /** Says that it is alive, and notes what could not be noted before. */
  beat(): Promise<void> {
    return this.inTurn(async () => {
      if (!this.leading) return;
      const { ledger, clock } = this.parts;
      const { gap: open, ...state } = ledger.current as FleetState;
      const first = this.heap.first()?.next;
      const gap = open !== undefined && first !== undefined && first <= open.to ? open : undefined;
      if (gap === undefined && this.unnoted.size > 0) await this.note();
      const isOurs = await ledger.write({ ...state, alive: clock.now(), ...(gap && { gap }) });
      if (!isOurs) return this.resign();
      await this.note();
    });
  }

  /** A schedule was written or removed; without a name: any may have been. */
  changed(name?: string): Promise<void> {
    return this.inTurn(async () => {
      if (!this.leading) return;
      if (name === undefined) await this.reload();
      else this.replace(name, await this.parts.store.get(name));
      this.arm();
    });
  }

  /** Fires nothing from now on; what is under way ends first. Resolves when it has. */
  stop(): Promise<void> {
    this.resign();
    return this.inTurn(() => this.note()).catch(() => undefined);
  }

  /** It leads no longer. */
  resign(): void {
    this.alarm.clear();
    if (!this.leading) return;
    this.leading = false;
    this.parts.emit({ type: 'leader', leading: false });
  }

  private run(): Promise<void> {
    return this.inTurn(async () => {
      try {
        await this.fireDue();
        this.inTrouble = false;
        this.arm();
      } catch (error) {
        if (!this.inTrouble)
          this.parts.warn(`Schedules fire late, for the store is away: ${toErrorRecord(error).message}`);
        this.inTrouble = true;
        if (this.leading) this.alarm.set(PAUSE);
      }
    });
  }

  /** One thing after the other. */
  private inTurn(step: () => Promise<void>): Promise<void> {
    const next = this.turn.then(step);
    this.turn = next.catch(() => undefined);
    return next;
  }

  private async fireDue(): Promise<void> {
    const { clock, ledger } = this.parts;
    for (let now = clock.now(); this.leading && (this.nextAt ?? Infinity) <= now; now = clock.now()) {
      if (
        this.isOver ||
        !(await ledger.write({ ...(ledger.current as FleetState), upTo: now, alive: now }))
      ) {
        return this.resign();
      }
      while (this.leading && !this.isOver && (this.nextAt ?? Infinity) <= now) await this.fireSlot(now);
    }
  }

  private get isOver(): boolean {
    return this.parts.localClock.now() >= this.validUntil;
  }

  /** The slots of one moment, of all schedules. */
  private async fireSlot(now: number): Promise<void> {
    const { heap } = this;
    const slot = heap.first()?.next as number;
    const due: ScheduleEntry[] = [];
    for (let first = heap.first(); first?.next === slot && first.due <= now; first = heap.first()) {
      heap.remove(first);
      due.push(first);
    }
    await this.firing.fire(slot, due);
    for (const entry of due) {
      this.unnoted.set(entry.name, entry.mark);
      if (entry.next !== undefined) heap.push(entry);
    }
    await this.note();
  }

  private async note(): Promise<void> {
    if (this.unnoted.size === 0) return;
    const marks = new Map(this.unnoted);
    await this.parts.marks.write(marks);
    for (const [name, mark] of marks) if (this.unnoted.get(name) === mark) this.unnoted.delete(name);
  }

  private arm(): void {
    const { nextAt } = this;
    if (!this.leading || nextAt === undefined) this.alarm.clear();
    else this.alarm.set(Math.max(0, Math.ceil(nextAt - this.parts.clock.now())));
  }

  private async load(): Promise<void> {
    const stored = await this.parts.store.list();
    const marks = await this.parts.marks.read(stored.map(({ record }) => record.name));
    this.entries.clear();
    this.heap = new EntryHeap();
    for (const [place, one] of stored.entries()) {
      if (place % CHUNK === CHUNK - 1) await breath();
      this.add(one, marks.get(one.record.name));
    }
    await this.note();
  }

  private async reload(): Promise<void> {
    const stored = await this.parts.store.list();
    const there = new Set(stored.map(({ record }) => record.name));
    for (const name of this.entries.keys()) if (!there.has(name)) this.replace(name, undefined);
    for (const one of stored) {
      if (this.entries.get(one.record.name)?.version !== one.version) this.replace(one.record.name, one);
    }
  }

  private replace(name: string, stored: StoredSchedule | undefined): void {
    const known = this.entries.get(name);
    this.entries.delete(name);
    if (known !== undefined && known.next !== undefined) this.heap.remove(known);
    if (stored === undefined) this.unnoted.delete(name);
    else this.add(stored, known?.mark);
  }

  private add(stored: StoredSchedule, mark: ScheduleMark | undefined): void {
    const plan = planOf(stored.record);
    const entry = new ScheduleEntry(stored, timingOf(plan, this.parts.shelf), mark);
    this.entries.set(entry.name, entry);
    if (!plan.enabled) return;
    const next = nextSlot(plan, entry.timing, entry.done, this.found, this.parts.clock.now());
    entry.await(next);
    if (next.leftOut !== undefined) {
      this.unnoted.set(entry.name, entry.mark);
      const { slot, reason } = next.leftOut;
      this.parts.emit({ type: 'skipped', schedule: entry.name, slot: new Date(slot), reason });
    }
    if (entry.next !== undefined) this.heap.push(entry);
  }
}

import type { SchedulePlan, ScheduleRecord, StoredSchedule } from '../contract/index.js';
import { IndexedHeap, type Slotted } from '../backends/index.js';
import type { NextSlot } from './due-slots.js';
import type { ScheduleMark } from './schedule-marks.js';
import { planOf } from './schedule-record.js';
import type { Timing } from './timing.js';

/** One schedule as the leader has it in hand. */
export class ScheduleEntry implements Slotted {
  slot = -1;
  readonly name: string;
  readonly plan: SchedulePlan;
  readonly record: ScheduleRecord;
  readonly version: string;
  /** Every slot up to this moment is dealt with. */
  done: number;
  run: ScheduleMark['run'];
  /** The slot that fires next. */
  next: number | undefined;
  /** When: later than its slot while its firing is refused. */
  due = Number.POSITIVE_INFINITY;
  /** Refusals of that slot in a row. */
  refusals = 0;

  constructor(
    { record, version }: StoredSchedule,
    readonly timing: Timing,
    mark: ScheduleMark | undefined,
  ) {
    this.record = record;
    this.version = version;
    this.name = record.name;
    this.plan = planOf(record);
    this.run = mark?.run;
    this.done = Math.max(record.from, mark?.done ?? 0);
  }

  get dependsOn(): readonly string[] {
    return this.plan.dependsOn;
  }

  get mark(): ScheduleMark {
    return this.run === undefined ? { done: this.done } : { done: this.done, run: this.run };
  }

  /** Takes the slot that fires next, and what was left out before it for done. */
  await({ slot, leftOut }: NextSlot): void {
    if (leftOut !== undefined) this.done = Math.max(this.done, leftOut.slot);
    this.next = slot;
    this.due = slot ?? Number.POSITIVE_INFINITY;
    this.refusals = 0;
  }

  /** The slot that it waits for is dealt with. */
  finish(slot: number): void {
    this.done = slot;
    this.await({ slot: this.timing.after(slot) });
  }

  /** The firing of its slot is tried again later. */
  postpone(until: number): void {
    this.refusals++;
    this.due = until;
  }
}

/** Schedules by what fires next: one timer, for the first, serves them all. */
export class EntryHeap extends IndexedHeap<ScheduleEntry> {
  protected before(a: ScheduleEntry, b: ScheduleEntry): boolean {
    return a.due === b.due ? a.name < b.name : a.due < b.due;
  }
}

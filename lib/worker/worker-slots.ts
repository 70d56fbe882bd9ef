import type { Clock, Ms } from '../contract/index.js';
import { SlotLine, type SlotSeeker } from './slot-line.js';
import { TaskWorker } from './task-worker.js';

/** What was done in all slots together. */
export interface SlotTotals {
  readonly jobs: number;
  readonly failures: number;
  readonly busyTime: Ms;
}

/** The workers of a pool and their slots: which are free, which are promised to a claim under way. */
export class WorkerSlots {
  private readonly pool: TaskWorker[] = [];
  /** Scaled away, and still running something. */
  private retired: TaskWorker[] = [];
  /** Of workers that are gone. */
  private past: SlotTotals = { jobs: 0, failures: 0, busyTime: 0 };
  private readonly line = new SlotLine();
  private promised = 0;
  private next = 0;
  private serial = 0;

  constructor(
    private readonly prefix: string,
    private capacity: number,
    private readonly clock: Clock,
  ) {}

  get workers(): readonly TaskWorker[] {
    return this.pool;
  }

  /** Running in all workers, retired ones included. */
  get active(): number {
    let sum = 0;
    for (const worker of this.pool) sum += worker.active;
    for (const worker of this.retired) sum += worker.active;
    return sum;
  }

  /** Nothing runs in them. */
  get vacant(): number {
    let sum = 0;
    for (const worker of this.pool) sum += worker.free;
    return sum;
  }

  /** Of all workers together, vacant or not. */
  get total(): number {
    return this.pool.length * this.capacity;
  }

  /** Vacant and not promised. */
  get free(): number {
    return Math.max(0, this.vacant - this.promised);
  }

  /** Since the start, workers that were scaled away included. */
  get totals(): SlotTotals {
    return [...this.pool, ...this.retired].reduce(plus, this.past);
  }

  /**
   * Adds or retires workers. A retired one finishes what it runs, and is the first to be taken back: else scaling down and
   * up again would leave more running than there are slots.
   */
  scaleTo(size: number): void {
    this.past = this.retired.filter((worker) => worker.active === 0).reduce(plus, this.past);
    this.retired = this.retired.filter((worker) => worker.active > 0);
    while (this.pool.length < size) this.pool.push(this.rehired() ?? this.hired());
    for (const worker of this.pool.splice(size)) {
      worker.retire();
      this.retired.push(worker);
    }
  }

  resize(capacity: number): void {
    this.capacity = capacity;
    for (const worker of this.pool) worker.resize(capacity);
  }

  /**
   * Promises free slots to a claim, so that two backends never fill the same slot: all of them, or a fair share while
   * others wait in line.
   * @param knowsOfWork it waits in line when it gets none
   * @param most it takes no more in one claim. Default: no bound.
   */
  promise(seeker: SlotSeeker, knowsOfWork: boolean, most = Number.POSITIVE_INFINITY): number {
    const { free, line } = this;
    const first = free === 0 ? undefined : line.first;
    if (free === 0 || (first !== undefined && first !== seeker)) {
      if (knowsOfWork) line.join(seeker);
      return 0;
    }
    line.leave(seeker);
    const share = Math.min(most, Math.ceil(free / (1 + line.ready)));
    this.promised += share;
    if (share < free) line.first?.offer();
    return share;
  }

  /** The claim is back: its slots are free again, to be taken one by one. */
  redeem(count: number): void {
    this.promised -= count;
    this.offer();
  }

  /** Slots may have come free: who is first in line is told. */
  offer(): void {
    const { first } = this.line;
    if (first !== undefined && this.free > 0) first.offer();
  }

  /** Knows of work and wants the next slot. */
  wait(seeker: SlotSeeker): void {
    this.line.join(seeker);
  }

  /** Wants no slots any more. */
  leave(seeker: SlotSeeker): void {
    this.line.leave(seeker);
  }

  /** Gives a slot of the next worker in turn that has one. @returns undefined when all are full: they were fewer meanwhile */
  take(): TaskWorker | undefined {
    const size = this.pool.length;
    for (let step = 0; step < size; step++) {
      this.next = this.next + 1 < size ? this.next + 1 : 0;
      const worker = this.pool[this.next];
      if (worker !== undefined && worker.free > 0) {
        worker.begin();
        return worker;
      }
    }
    return undefined;
  }

  private hired(): TaskWorker {
    return new TaskWorker(`${this.prefix}-${++this.serial}`, this.capacity, this.clock.now());
  }

  private rehired(): TaskWorker | undefined {
    const worker = this.retired.pop();
    worker?.rehire(this.capacity);
    return worker;
  }
}

function plus(totals: SlotTotals, worker: TaskWorker): SlotTotals {
  const { jobs, failures, busyTime } = worker.stats(0);
  return {
    jobs: totals.jobs + jobs,
    failures: totals.failures + failures,
    busyTime: totals.busyTime + busyTime,
  };
}

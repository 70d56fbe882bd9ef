import type { Clock } from '../contract/index.js';
import { TaskWorker } from './task-worker.js';

/** The workers of a pool and their slots: which are free, which are promised to a claim under way. */
export class WorkerSlots {
  private readonly pool: TaskWorker[] = [];
  /** Scaled away while something ran in them. */
  private retired: TaskWorker[] = [];
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

  get total(): number {
    return this.pool.length * this.capacity;
  }

  /** Free and not promised. */
  get free(): number {
    let sum = -this.promised;
    for (const worker of this.pool) sum += worker.free;
    return Math.max(0, sum);
  }

  /** Adds or retires workers; a retired one finishes what it runs. */
  scaleTo(size: number): void {
    while (this.pool.length < size) {
      this.pool.push(new TaskWorker(`${this.prefix}-${++this.serial}`, this.capacity, this.clock.now()));
    }
    for (const worker of this.pool.splice(size)) {
      worker.retire();
      this.retired.push(worker);
    }
    this.retired = this.retired.filter((worker) => worker.active > 0);
  }

  resize(capacity: number): void {
    this.capacity = capacity;
    for (const worker of this.pool) worker.resize(capacity);
  }

  /** Promises every free slot to one claim, so that two backends never fill the same slot. */
  promise(): number {
    const { free } = this;
    this.promised += free;
    return free;
  }

  /** The claim is back: its slots are free again, to be taken one by one. */
  redeem(count: number): void {
    this.promised -= count;
  }

  /** Gives a slot of the next worker in turn that has one; any worker when all are full (they were scaled down meanwhile). */
  take(): TaskWorker {
    const size = this.pool.length;
    for (let step = 0; step < size; step++) {
      this.next = this.next + 1 < size ? this.next + 1 : 0;
      const worker = this.pool[this.next];
      if (worker !== undefined && worker.free > 0) {
        worker.begin();
        return worker;
      }
    }
    const worker = this.pool[0] ?? this.retired[0] ?? new TaskWorker(`${this.prefix}-0`, 0, this.clock.now());
    worker.begin();
    return worker;
  }
}

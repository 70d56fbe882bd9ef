import type { Ms } from '../contract/index.js';
import type { RunOwner } from '../execution/index.js';
import type { WorkerJobStats } from './worker-stats.js';

/** One worker of a pool: a number of slots, and what was done in them. */
export class TaskWorker implements RunOwner {
  private running = 0;
  private jobs = 0;
  private failures = 0;
  private busy = 0;
  private gone = false;

  constructor(
    readonly id: string,
    private slots: number,
    private readonly startedAt: number,
  ) {}

  get active(): number {
    return this.running;
  }

  get capacity(): number {
    return this.slots;
  }

  /** Slots that a job could take now. */
  get free(): number {
    return this.gone ? 0 : Math.max(0, this.slots - this.running);
  }

  /** What runs goes on; more is not taken while more run than there are slots. */
  resize(slots: number): void {
    this.slots = slots;
  }

  /** Takes no more jobs. */
  retire(): void {
    this.gone = true;
  }

  /** Takes jobs again. */
  rehire(slots: number): void {
    this.gone = false;
    this.slots = slots;
  }

  begin(): void {
    this.running++;
  }

  end(duration: Ms, failed: boolean): void {
    this.running--;
    this.jobs++;
    this.busy += duration;
    if (failed) this.failures++;
  }

  vacate(): void {
    this.running--;
  }

  stats(now: number): WorkerJobStats {
    return {
      workerId: this.id,
      jobs: this.jobs,
      failures: this.failures,
      meanTime: this.jobs === 0 ? 0 : this.busy / this.jobs,
      busyTime: this.busy,
      uptime: now - this.startedAt,
      active: this.running,
      capacity: this.slots,
    };
  }
}

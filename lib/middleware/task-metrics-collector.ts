import type { Ms } from '../contract/index.js';

/** What is known of the runs of one task in this process since the start, or the last reset. */
export interface TaskMetrics {
  readonly runs: number;
  readonly completed: number;
  /** Failed runs, those that were tried again included. */
  readonly failed: number;
  readonly totalDuration: Ms;
  readonly meanDuration: Ms;
  readonly minDuration: Ms;
  readonly maxDuration: Ms;
  readonly lastDuration: Ms;
}

class Tally {
  completed = 0;
  failed = 0;
  total = 0;
  min = Number.POSITIVE_INFINITY;
  max = 0;
  last = 0;

  read(): TaskMetrics {
    const runs = this.completed + this.failed;
    return {
      runs,
      completed: this.completed,
      failed: this.failed,
      totalDuration: this.total,
      meanDuration: runs === 0 ? 0 : this.total / runs,
      minDuration: runs === 0 ? 0 : this.min,
      maxDuration: this.max,
      lastDuration: this.last,
    };
  }
}

/** Counts runs by task name. Bounded by the number of task names, which the app's handlers decide. */
export class TaskMetricsCollector {
  private readonly tallies = new Map<string, Tally>();

  record(task: string, duration: Ms, ok: boolean): void {
    let tally = this.tallies.get(task);
    if (tally === undefined) this.tallies.set(task, (tally = new Tally()));
    if (ok) tally.completed++;
    else tally.failed++;
    tally.total += duration;
    tally.last = duration;
    if (duration < tally.min) tally.min = duration;
    if (duration > tally.max) tally.max = duration;
  }

  /** @returns undefined for a task that has not run */
  get(task: string): TaskMetrics | undefined {
    return this.tallies.get(task)?.read();
  }

  /** By task name. */
  all(): ReadonlyMap<string, TaskMetrics> {
    return new Map([...this.tallies].map(([task, tally]) => [task, tally.read()]));
  }

  reset(): void {
    this.tallies.clear();
  }
}

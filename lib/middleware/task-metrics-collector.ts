import type { Ms } from '../contract/index.js';

/** How a run ended: `interrupted` by a cancel, a lost lease or a shutdown, which is no fault of its task. */
export type RunEnd = 'completed' | 'failed' | 'interrupted';

/** What is known of the runs of one task in this process since the start, or the last reset. */
export interface TaskMetrics {
  /** All that have ended, however they did. */
  readonly runs: number;
  readonly completed: number;
  /** Failed runs, those that were tried again included. */
  readonly failed: number;
  /** Runs that were ended by a cancel, a lost lease or a shutdown. */
  readonly interrupted: number;
  readonly totalDuration: Ms;
  readonly meanDuration: Ms;
  readonly minDuration: Ms;
  readonly maxDuration: Ms;
  readonly lastDuration: Ms;
}

class Tally {
  completed = 0;
  failed = 0;
  interrupted = 0;
  total = 0;
  min = Number.POSITIVE_INFINITY;
  max = 0;
  last = 0;

  read(): TaskMetrics {
    const runs = this.completed + this.failed + this.interrupted;
    return {
      runs,
      completed: this.completed,
      failed: this.failed,
      interrupted: this.interrupted,
      totalDuration: this.total,
      meanDuration: this.total / runs,
      minDuration: this.min,
      maxDuration: this.max,
      lastDuration: this.last,
    };
  }
}

/** Counts runs by task name. Bounded by the number of task names, which the app's handlers decide. */
export class TaskMetricsCollector {
  private readonly tallies = new Map<string, Tally>();

  record(task: string, duration: Ms, end: RunEnd): void {
    let tally = this.tallies.get(task);
    if (tally === undefined) this.tallies.set(task, (tally = new Tally()));
    tally[end]++;
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

import type { Receipt } from '../contract/index.js';
import type { TaskRun } from '../execution/index.js';

/**
 * The jobs of one backend in hand, from their claim until the backend has taken note of their end: those whose leases are
 * kept. Each run knows its index, so that adding and removing cost no lookup.
 */
export class RunTable {
  private readonly runs: TaskRun[] = [];

  get size(): number {
    return this.runs.length;
  }

  all(): readonly TaskRun[] {
    return this.runs;
  }

  /** But for those that a transaction has settled, or will when it is committed: it holds their rows. */
  receipts(): Receipt[] {
    return this.runs.filter(({ completion }) => completion === undefined).map((run) => run.job.receipt);
  }

  /** Two, when this process lost the lease of one and has claimed the job again. */
  find(queue: string, id: string): TaskRun[] {
    return this.runs.filter((run) => run.job.id === id && run.job.queue === queue);
  }

  byReceipt(receipts: readonly Receipt[]): TaskRun[] {
    if (receipts.length === 0) return [];
    const wanted = new Set(receipts);
    return this.runs.filter((run) => wanted.has(run.job.receipt));
  }

  add(run: TaskRun): void {
    run.index = this.runs.length;
    this.runs.push(run);
  }

  /** Does nothing when it is not there. */
  remove(run: TaskRun): void {
    if (run.index < 0) return;
    const last = this.runs.pop();
    if (last !== undefined && last !== run) {
      this.runs[run.index] = last;
      last.index = run.index;
    }
    run.index = -1;
  }
}

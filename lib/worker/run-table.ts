import type { Receipt } from '../contract/index.js';
import type { TaskRun } from '../execution/index.js';

/**
 * The jobs of one backend in hand, from their claim until the backend has taken note of their end: those whose leases are
 * kept. Each run knows its index, so that adding and removing cost no lookup.
 */
export class RunTable {
  private readonly runs: TaskRun[] = [];
  private idle: (() => void)[] = [];

  get size(): number {
    return this.runs.length;
  }

  all(): readonly TaskRun[] {
    return this.runs;
  }

  receipts(): Receipt[] {
    return this.runs.map((run) => run.job.receipt);
  }

  find(queue: string, id: string): TaskRun | undefined {
    return this.runs.find((run) => run.job.id === id && run.job.queue === queue);
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

  remove(run: TaskRun): void {
    const last = this.runs.pop();
    if (last !== undefined && last !== run) {
      this.runs[run.index] = last;
      last.index = run.index;
    }
    run.index = -1;
    if (this.runs.length === 0 && this.idle.length > 0) this.tellIdle();
  }

  /** Resolves when nothing is in hand. */
  whenEmpty(): Promise<void> {
    return this.runs.length === 0 ? Promise.resolve() : new Promise((resolve) => this.idle.push(resolve));
  }

  private tellIdle(): void {
    const told = this.idle;
    this.idle = [];
    for (const tell of told) tell();
  }
}

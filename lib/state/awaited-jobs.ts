import type { JobEnd } from './job-end.js';

/** One call that waits for a job's end. */
export interface Waiter {
  readonly resolve: (end: JobEnd) => void;
  readonly reject: (error: unknown) => void;
}

/** Who waits for which job of one queue. */
export class AwaitedJobs {
  private readonly byId = new Map<string, Set<Waiter>>();

  get isEmpty(): boolean {
    return this.byId.size === 0;
  }

  ids(): string[] {
    return [...this.byId.keys()];
  }

  has(id: string): boolean {
    return this.byId.has(id);
  }

  add(id: string, waiter: Waiter): void {
    const waiters = this.byId.get(id);
    if (waiters === undefined) this.byId.set(id, new Set([waiter]));
    else waiters.add(waiter);
  }

  /** @returns whether it still waited */
  remove(id: string, waiter: Waiter): boolean {
    const waiters = this.byId.get(id);
    if (waiters?.delete(waiter) !== true) return false;
    if (waiters.size === 0) this.byId.delete(id);
    return true;
  }

  resolve(id: string, end: JobEnd): void {
    for (const waiter of this.take(id)) waiter.resolve(end);
  }

  reject(id: string, error: unknown): void {
    for (const waiter of this.take(id)) waiter.reject(error);
  }

  private take(id: string): Iterable<Waiter> {
    const waiters = this.byId.get(id) ?? [];
    this.byId.delete(id);
    return waiters;
  }
}

import { GONE, PENDING, RETRYING, SCHEDULED, type StateCode, WAITING } from './state-code.js';

/**
 * How many jobs of a queue are in each state. It is written where the state is, and nowhere else, so that within one
 * process the two cannot part.
 */
export class StateTally {
  private readonly counts = Array.from({ length: GONE + 1 }, () => 0);

  count(state: StateCode): number {
    return this.counts[state] as number;
  }

  /** How many are neither running nor finished. */
  get queued(): number {
    return this.count(PENDING) + this.count(SCHEDULED) + this.count(WAITING) + this.count(RETRYING);
  }

  move(from: StateCode, to: StateCode): void {
    (this.counts[from] as number)--;
    (this.counts[to] as number)++;
  }

  /** A job of that state is no longer kept. */
  leave(state: StateCode): void {
    this.move(state, GONE);
  }
}

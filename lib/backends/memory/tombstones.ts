import { TOMBSTONE_TTL } from '../../contract/index.js';
import type { Slotted } from './indexed-heap.js';
import { Ring } from './ring.js';
import type { StateCode } from './state-code.js';

/** What is left of a finished job when its record is dropped: enough to meet a dependency on it. */
interface Tombstone extends Slotted {
  readonly id: string;
  readonly outcome: StateCode;
  readonly at: number;
}

/** The latest finished jobs of a queue whose records are gone, for an hour and up to a number. */
export class Tombstones {
  private readonly byId = new Map<string, Tombstone>();
  private readonly byAge = new Ring<Tombstone>();

  constructor(private readonly max: number) {}

  get size(): number {
    return this.byId.size;
  }

  outcomeOf(id: string): StateCode | undefined {
    return this.byId.get(id)?.outcome;
  }

  add(id: string, outcome: StateCode, at: number): void {
    if (this.max === 0) return;
    this.forget(id);
    if (this.byId.size >= this.max) this.forgetOldest();
    const tombstone = { id, outcome, at, slot: 0 };
    this.byId.set(id, tombstone);
    this.byAge.push(tombstone);
  }

  forget(id: string): void {
    const known = this.byId.get(id);
    if (known === undefined) return;
    this.byId.delete(id);
    this.byAge.remove(known);
  }

  expire(now: number): void {
    while (this.nextAt() <= now) this.forgetOldest();
  }

  /** When the next one is over. */
  nextAt(): number {
    const oldest = this.byAge.first();
    return oldest === undefined ? Infinity : oldest.at + TOMBSTONE_TTL;
  }

  private forgetOldest(): void {
    const oldest = this.byAge.shift();
    if (oldest !== undefined) this.byId.delete(oldest.id);
  }
}

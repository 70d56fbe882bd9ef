import { IndexedHeap, type Slotted } from './indexed-heap.js';

/** Something that happens at a moment. */
export interface Momentous extends Slotted {
  /** Epoch milliseconds. */
  moment: number;
  /** Breaks ties: who was there first. */
  seq: number;
}

/** What is due, soonest first; equal moments first in, first out. */
export class MomentHeap<T extends Momentous> extends IndexedHeap<T> {
  protected before(a: T, b: T): boolean {
    return a.moment < b.moment || (a.moment === b.moment && a.seq < b.seq);
  }

  /** The earliest moment, `Infinity` when there is none. */
  earliest(): number {
    const first = this.first();
    return first === undefined ? Infinity : first.moment;
  }
}

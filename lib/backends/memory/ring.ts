import type { Slotted } from './indexed-heap.js';

const SMALLEST = 16;

/**
 * First in, first out, with O(1) removal from the middle: a removed member leaves a hole, which is skipped when the
 * head reaches it. Members are addressed by a running 32-bit position, so growing moves nobody's position.
 */
export class Ring<T extends Slotted> {
  private items = emptySlots<T>(SMALLEST);
  private mask = SMALLEST - 1;
  private head = 0;
  private tail = 0;
  private live = 0;

  get size(): number {
    return this.live;
  }

  push(item: T): void {
    if (((this.tail - this.head) | 0) > this.mask) this.makeRoom();
    this.items[this.tail & this.mask] = item;
    item.slot = this.tail;
    this.tail = (this.tail + 1) | 0;
    this.live++;
  }

  /** Puts a member in front of the first that `isAhead` does not name. Meant for places near the head. */
  insert(item: T, isAhead: (other: T) => boolean): void {
    if (((this.tail - this.head) | 0) > this.mask) this.makeRoom();
    this.head = (this.head - 1) | 0;
    let place = this.head;
    for (let next = (place + 1) | 0; next !== this.tail; next = (next + 1) | 0) {
      const other = this.items[next & this.mask];
      if (other !== undefined) {
        if (!isAhead(other)) break;
        other.slot = place;
      }
      this.items[place & this.mask] = other;
      place = next;
    }
    this.items[place & this.mask] = item;
    item.slot = place;
    this.live++;
  }

  first(): T | undefined {
    if (this.live === 0) return undefined;
    let item = this.items[this.head & this.mask];
    while (item === undefined) {
      this.head = (this.head + 1) | 0;
      item = this.items[this.head & this.mask];
    }
    return item;
  }

  /**
   * Reads the first members without using them: their loads miss the processor's caches together, where each would be
   * waited for by itself once they are used one by one. @returns what was read, so that it is not optimised away
   */
  touch(count: number): number {
    const { items, mask, head } = this;
    const end = Math.min(count, (this.tail - head) | 0);
    let read = 0;
    for (let step = 0; step < end; step++) {
      const item = items[(head + step) & mask];
      if (item !== undefined) read ^= item.slot;
    }
    return read;
  }

  remove(item: T): void {
    this.items[item.slot & this.mask] = undefined;
    if (--this.live === 0) this.reset();
    else if (item.slot === this.head) this.head = (this.head + 1) | 0;
  }

  shift(): T | undefined {
    const item = this.first();
    if (item !== undefined) this.remove(item);
    return item;
  }

  /** From the first to the last. */
  *values(): IterableIterator<T> {
    for (let place = this.head; place !== this.tail; place = (place + 1) | 0) {
      const item = this.items[place & this.mask];
      if (item !== undefined) yield item;
    }
  }

  private makeRoom(): void {
    const { items, mask, head, tail } = this;
    const capacity = capacityFor(this.live + 1);
    const roomier = emptySlots<T>(capacity);
    let end = 0;
    for (let place = head; place !== tail; place = (place + 1) | 0) {
      const item = items[place & mask];
      if (item === undefined) continue;
      roomier[end] = item;
      item.slot = end++;
    }
    this.items = roomier;
    this.mask = capacity - 1;
    this.head = 0;
    this.tail = end;
  }

  /** An empty ring gives back what a burst made it grow to. */
  private reset(): void {
    this.head = 0;
    this.tail = 0;
    if (this.mask < 4096) return;
    this.items = emptySlots<T>(SMALLEST);
    this.mask = SMALLEST - 1;
  }
}

/** Half as much again as needed, at least: a ring that only sheds holes must not come back for room at once. */
function capacityFor(count: number): number {
  let capacity = SMALLEST;
  while (capacity < count * 1.5) capacity *= 2;
  return capacity;
}

function emptySlots<T>(capacity: number): (T | undefined)[] {
  // oxlint-disable-next-line unicorn/no-new-array -- a million slots in 7 ms, where `Array.from` takes 30
  return new Array<T | undefined>(capacity).fill(undefined);
}

/** What can lie in a heap or ring: it knows its own place there, so that taking it out needs no search. */
export interface Slotted {
  /** Written by the container alone. */
  slot: number;
}

/** A binary heap whose members know their place: O(log n) to add, move and take out, O(1) to look at the first. */
export abstract class IndexedHeap<T extends Slotted> {
  private readonly items: T[] = [];

  /** Whether `a` comes before `b`: a strict order. */
  protected abstract before(a: T, b: T): boolean;

  get size(): number {
    return this.items.length;
  }

  first(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    item.slot = this.items.length;
    this.items.push(item);
    this.rise(item);
  }

  remove(item: T): void {
    const last = this.items.pop() as T;
    if (last === item) return;
    last.slot = item.slot;
    this.items[last.slot] = last;
    this.moved(last);
  }

  /** Takes note that the order of a member has changed. */
  moved(item: T): void {
    const { slot } = item;
    this.rise(item);
    if (item.slot === slot) this.sink(item);
  }

  /** Every member, in no order. */
  values(): IterableIterator<T> {
    return this.items.values();
  }

  private rise(item: T): void {
    const { items } = this;
    let slot = item.slot;
    while (slot > 0) {
      const up = (slot - 1) >> 1;
      const parent = items[up] as T;
      if (!this.before(item, parent)) break;
      items[slot] = parent;
      parent.slot = slot;
      slot = up;
    }
    items[slot] = item;
    item.slot = slot;
  }

  private sink(item: T): void {
    const { items } = this;
    const { length } = items;
    let slot = item.slot;
    for (let down = 2 * slot + 1; down < length; down = 2 * slot + 1) {
      let child = items[down] as T;
      if (down + 1 < length) {
        const right = items[down + 1] as T;
        if (this.before(right, child)) {
          child = right;
          down++;
        }
      }
      if (!this.before(child, item)) break;
      items[slot] = child;
      child.slot = slot;
      slot = down;
    }
    items[slot] = item;
    item.slot = slot;
  }
}

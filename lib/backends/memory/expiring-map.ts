import { MomentHeap, type Momentous } from './moment-heap.js';

/** Something under a key that is kept until its moment; `Infinity`: for good. */
export interface Expiring extends Momentous {
  readonly key: string;
}

/** What is kept under keys, each until its moment. No timer sweeps it: who uses it first lets expire what is over. */
export class ExpiringMap<T extends Expiring> {
  private readonly byKey = new Map<string, T>();
  private readonly expiries = new MomentHeap<T>();

  get size(): number {
    return this.byKey.size;
  }

  get(key: string): T | undefined {
    return this.byKey.get(key);
  }

  set(item: T): void {
    this.delete(item.key);
    this.byKey.set(item.key, item);
    if (item.moment < Infinity) this.expiries.push(item);
  }

  /** Moves the end of something that is in. */
  keepUntil(item: T, moment: number): void {
    this.delete(item.key);
    item.moment = moment;
    this.set(item);
  }

  delete(key: string): boolean {
    const item = this.byKey.get(key);
    if (item === undefined) return false;
    this.byKey.delete(key);
    if (item.moment < Infinity) this.expiries.remove(item);
    return true;
  }

  expire(now: number): void {
    for (let first = this.expiries.first(); first !== undefined && first.moment <= now;) {
      this.delete(first.key);
      first = this.expiries.first();
    }
  }

  /** When the first of them ends. */
  nextAt(): number {
    return this.expiries.earliest();
  }
}

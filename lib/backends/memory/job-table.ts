import { TOMBSTONE_TTL } from '../../contract/index.js';
import type { Slotted } from './indexed-heap.js';
import { JobEntry } from './job-entry.js';
import { Ring } from './ring.js';
import type { StateCode } from './state-code.js';

/** What is left of a finished job when its record is dropped: enough to meet a dependency on it. */
class Tombstone implements Slotted {
  slot = 0;
  /** A new job has taken the id. */
  isReplaced = false;

  constructor(
    readonly id: string,
    readonly outcome: StateCode,
    readonly at: number,
  ) {}
}

/**
 * The jobs of a queue by id, and the tombstones of the latest that are gone, for an hour and up to a number. One table
 * for both: a finished job's record turns into its tombstone in place, which takes half the time of moving it to another.
 */
export class JobTable {
  private readonly byId = new Map<string, JobEntry | Tombstone>();
  private readonly tombstones = new Ring<Tombstone>();
  /**
   * The highest id that ever was. The ids that a process makes ascend, so a look at it spares nearly every new job the
   * search for its id, which finds the table out of the processor's cache.
   */
  private highest = '';

  constructor(private readonly tombstoneMax: number) {}

  get tombstoneCount(): number {
    return this.tombstones.size;
  }

  get(id: string): JobEntry | undefined {
    const kept = this.byId.get(id);
    return kept instanceof JobEntry ? kept : undefined;
  }

  /** Whether this very record is still kept. */
  has(entry: JobEntry): boolean {
    return this.byId.get(entry.id) === entry;
  }

  /** Whether there is a job of that id; with `orWas` also whether its tombstone is left. */
  knows(id: string, orWas: boolean): boolean {
    if (id > this.highest) return false;
    const kept = this.byId.get(id);
    return kept !== undefined && (orWas || kept instanceof JobEntry);
  }

  /** How a job ended of which only the tombstone is left. */
  outcomeOf(id: string): StateCode | undefined {
    const kept = this.byId.get(id);
    return kept instanceof Tombstone ? kept.outcome : undefined;
  }

  add(entry: JobEntry): void {
    const { id } = entry;
    if (id > this.highest) {
      this.highest = id;
    } else {
      const kept = this.byId.get(id);
      if (kept instanceof Tombstone) kept.isReplaced = true;
    }
    this.byId.set(id, entry);
  }

  remove(entry: JobEntry): void {
    this.byId.delete(entry.id);
  }

  /** Leaves the tombstone of a finished job in its place. */
  bury(entry: JobEntry, at: number): void {
    if (this.tombstoneMax === 0) return this.remove(entry);
    if (this.tombstones.size >= this.tombstoneMax) this.forgetOldest();
    const tombstone = new Tombstone(entry.id, entry.state, at);
    this.byId.set(entry.id, tombstone);
    this.tombstones.push(tombstone);
  }

  expire(now: number): void {
    while (this.nextAt() <= now) this.forgetOldest();
  }

  /** When the next tombstone is over. */
  nextAt(): number {
    const oldest = this.tombstones.first();
    return oldest === undefined ? Infinity : oldest.at + TOMBSTONE_TTL;
  }

  *values(): IterableIterator<JobEntry> {
    for (const kept of this.byId.values()) if (kept instanceof JobEntry) yield kept;
  }

  private forgetOldest(): void {
    const oldest = this.tombstones.shift();
    if (oldest?.isReplaced === false) this.byId.delete(oldest.id);
  }
}

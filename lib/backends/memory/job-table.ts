import { TOMBSTONE_TTL } from '../../contract/index.js';
import { AscendingJobs } from './ascending-jobs.js';
import type { Slotted } from './indexed-heap.js';
import { JobEntry } from './job-entry.js';
import { Ring } from './ring.js';
import type { StateCode } from './state-code.js';

/** What is left of a finished job of an id of its own kind when its record is dropped. */
class Tombstone implements Slotted {
  slot = 0;

  constructor(
    readonly id: string,
    readonly outcome: StateCode,
    readonly at: number,
  ) {}
}

/** Length of a UUID, and where its version stands. */
const UUID_LENGTH = 36;
const VERSION_PLACE = 14;
const SEVEN = 55;

/**
 * The jobs of a queue by id, and the tombstones of the latest that are gone, for an hour and up to a number: enough to meet
 * a dependency on them. Ids that ascend, as those that processes make do, have a table of their own; others, chosen by
 * callers or come late, are in a hash table.
 */
export class JobTable {
  private readonly ascending: AscendingJobs;
  private readonly others = new Map<string, JobEntry | Tombstone>();
  private readonly tombstones = new Ring<Tombstone>();

  constructor(private readonly tombstoneMax: number) {
    this.ascending = new AscendingJobs(tombstoneMax);
  }

  get tombstoneCount(): number {
    return this.ascending.tombstoneCount + this.tombstones.size;
  }

  get(id: string): JobEntry | undefined {
    const other = this.others.size === 0 ? undefined : this.others.get(id);
    return other instanceof JobEntry ? other : this.ascending.get(id);
  }

  /** Whether this very record is still kept. */
  has(entry: JobEntry): boolean {
    return entry.place >= 0 || this.others.get(entry.id) === entry;
  }

  /** Whether there is a job of that id; with `orWas` also whether its tombstone is left. */
  knows(id: string, orWas: boolean): boolean {
    if (this.canAppend(id)) return false;
    return this.get(id) !== undefined || (orWas && this.outcomeOf(id) !== undefined);
  }

  /** How a job ended of which only the tombstone is left. */
  outcomeOf(id: string): StateCode | undefined {
    const other = this.others.get(id);
    return other instanceof Tombstone ? other.outcome : this.ascending.outcomeOf(id);
  }

  add(entry: JobEntry): void {
    const { id } = entry;
    if (this.canAppend(id)) return this.ascending.append(entry);
    this.ascending.forgetTombstone(id);
    const buried = this.others.get(id);
    if (buried instanceof Tombstone) this.tombstones.remove(buried);
    this.others.set(id, entry);
  }

  remove(entry: JobEntry): void {
    if (entry.place >= 0) this.ascending.drop(entry.place);
    else if (this.others.get(entry.id) === entry) this.others.delete(entry.id);
  }

  /** Leaves the tombstone of a finished job in its place. */
  bury(entry: JobEntry, at: number): void {
    if (this.tombstoneMax === 0) return this.remove(entry);
    if (entry.place >= 0) return this.ascending.bury(entry, at);
    if (this.tombstones.size >= this.tombstoneMax) this.forgetOldest();
    const tombstone = new Tombstone(entry.id, entry.state, at);
    this.others.set(entry.id, tombstone);
    this.tombstones.push(tombstone);
  }

  expire(now: number): void {
    this.ascending.expire(now);
    while (this.nextOfOthers() <= now) this.forgetOldest();
  }

  /** When the next tombstone is over. */
  nextAt(): number {
    return Math.min(this.ascending.nextAt(), this.nextOfOthers());
  }

  *values(): IterableIterator<JobEntry> {
    yield* this.ascending.values();
    for (const kept of this.others.values()) if (kept instanceof JobEntry) yield kept;
  }

  private canAppend(id: string): boolean {
    return id.length === UUID_LENGTH && id.charCodeAt(VERSION_PLACE) === SEVEN && this.ascending.isAbove(id);
  }

  private nextOfOthers(): number {
    const oldest = this.tombstones.first();
    return oldest === undefined ? Infinity : oldest.at + TOMBSTONE_TTL;
  }

  private forgetOldest(): void {
    const oldest = this.tombstones.shift();
    if (oldest !== undefined) this.others.delete(oldest.id);
  }
}

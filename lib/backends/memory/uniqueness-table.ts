import { type Expiring, ExpiringMap } from './expiring-map.js';
import type { JobEntry } from './job-entry.js';

/** A window in which one job stands for all calls with its key. */
interface ThrottleWindow extends Expiring {
  readonly id: string;
}

/** Which job has which unique key: an unfinished one (keep-first, replace, debounce), or for a window (throttle). */
export class UniquenessTable {
  private readonly holders = new Map<string, JobEntry>();
  private readonly windows = new ExpiringMap<ThrottleWindow>();

  get size(): number {
    return this.holders.size + this.windows.size;
  }

  /** The unfinished job that has the key. */
  holderOf(name: string, key: string): JobEntry | undefined {
    return this.holders.get(composite(name, key));
  }

  /** The id of the job that has the window. */
  windowOf(name: string, key: string): string | undefined {
    return this.windows.get(composite(name, key))?.id;
  }

  /** Gives a new job its key. */
  hold(entry: JobEntry, now: number): void {
    const unique = entry.rare?.unique;
    if (unique === undefined) return;
    const key = composite(entry.kind.name, unique.key);
    if (unique.mode !== 'throttle') this.holders.set(key, entry);
    else this.windows.set({ key, id: entry.id, moment: now + unique.window, seq: 0, slot: 0 });
  }

  /** Gives a job that has come back from a finished state its key again, unless another has it by now. */
  restore(entry: JobEntry): void {
    const unique = entry.rare?.unique;
    if (unique === undefined || unique.mode === 'throttle') return;
    const key = composite(entry.kind.name, unique.key);
    if (!this.holders.has(key)) this.holders.set(key, entry);
  }

  /** Takes note that a job has finished: only a window outlives that. */
  finished(entry: JobEntry): void {
    const unique = entry.rare?.unique;
    if (unique === undefined || unique.mode === 'throttle') return;
    const key = composite(entry.kind.name, unique.key);
    if (this.holders.get(key) === entry) this.holders.delete(key);
  }

  /** Frees everything that a cancelled or removed job has. */
  free(entry: JobEntry): void {
    const unique = entry.rare?.unique;
    if (unique === undefined) return;
    this.finished(entry);
    const key = composite(entry.kind.name, unique.key);
    if (unique.mode === 'throttle' && this.windows.get(key)?.id === entry.id) this.windows.delete(key);
  }

  nextAt(): number {
    return this.windows.nextAt();
  }

  expire(now: number): void {
    this.windows.expire(now);
  }
}

/** The length in front keeps `('a', 'bc')` and `('ab', 'c')` apart. */
function composite(name: string, key: string): string {
  return `${name.length}:${name}${key}`;
}

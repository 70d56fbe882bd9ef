import type { Ms, Payload, StateBackend } from '../contract/index.js';
import type { ErrorGroup, ExecutionRecord } from './execution-record.js';
import type { SlotData } from './task-slot.js';

/** What one process has run lately. */
export interface RecentData {
  readonly records: readonly ExecutionRecord[];
  readonly errors: readonly ErrorGroup[];
}

type Minute = readonly [number, Readonly<Record<string, SlotData>>];

/** Keys of one call: what a store is asked for at once. */
const KEYS = 500;
/** Processes that one reading looks at. */
const MOST_PROCESSES = 1_000;

/**
 * What all processes have run, in the state of the primary backend. Each process writes keys of its own, whole: nobody's writing meets another's, and one
 * that is sent twice counts once. A reset begins a new epoch; what is of the old one is not read any more, and expires.
 */
export class FleetLog {
  constructor(
    private readonly state: StateBackend,
    private readonly process: string,
    private readonly ttl: Ms,
  ) {}

  async epoch(): Promise<number> {
    const [value] = await this.state.get(['dashboard:epoch']);
    return value === undefined ? 0 : Number(text(value.value));
  }

  async newEpoch(): Promise<number> {
    return this.state.increment('dashboard:epoch', 1);
  }

  async write(epoch: number, minutes: readonly Minute[], recent: RecentData, now: number): Promise<void> {
    const { ttl, process } = this;
    const entries = [
      ...minutes.map(([minute, tasks]) => ({
        key: slotKey(epoch, minute, process),
        value: JSON.stringify(tasks),
        ttl,
      })),
      { key: recentKey(epoch, process), value: JSON.stringify(recent), ttl },
    ];
    await this.state.set(entries);
    await this.state.index('dashboard:processes').add([{ member: process, score: now }]);
  }

  /** @returns by process, those that have written since then */
  async processes(since: number): Promise<string[]> {
    const index = this.state.index('dashboard:processes');
    const gone = await index.range({ max: since - this.ttl, limit: 100 });
    if (gone.length > 0) await index.remove(gone.map(({ member }) => member));
    const found = await index.range({ min: since, limit: MOST_PROCESSES, reverse: true });
    return found.map(({ member }) => member);
  }

  async minutes(
    epoch: number,
    processes: readonly string[],
    minutes: readonly number[],
  ): Promise<Record<string, SlotData>[]> {
    return this.read(
      minutes.flatMap((minute) => processes.map((process) => slotKey(epoch, minute, process))),
    );
  }

  async recent(epoch: number, processes: readonly string[]): Promise<RecentData[]> {
    return this.read(processes.map((process) => recentKey(epoch, process)));
  }

  private async read<T>(keys: readonly string[]): Promise<T[]> {
    const found: T[] = [];
    for (let from = 0; from < keys.length; from += KEYS) {
      for (const value of await this.state.get(keys.slice(from, from + KEYS))) {
        if (value !== undefined) found.push(JSON.parse(text(value.value)) as T);
      }
    }
    return found;
  }
}

const slotKey = (epoch: number, minute: number, process: string): string =>
  `dashboard:${epoch}:${minute}:${process}`;
const recentKey = (epoch: number, process: string): string => `dashboard:${epoch}:recent:${process}`;

const text = (value: Payload): string => (typeof value === 'string' ? value : Buffer.from(value).toString());

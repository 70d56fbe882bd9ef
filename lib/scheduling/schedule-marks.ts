import type { JobRef, StateBackend } from '../contract/index.js';
import { readData } from './schedule-record.js';

/** Marks that travel in one call. */
const BATCH = 1_000;

/** How far a schedule is. */
export interface ScheduleMark {
  /** Every slot up to this moment was fired, or left out for good. */
  readonly done: number;
  /** The latest firing. */
  readonly run?: (JobRef & { readonly slot: number; readonly lateness: number }) | undefined;
}

/** How far each schedule of the fleet is, in the state of a backend. Only the leader writes it. */
export class ScheduleMarks {
  constructor(
    private readonly state: StateBackend,
    private readonly group: string,
  ) {}

  async read(names: readonly string[]): Promise<Map<string, ScheduleMark>> {
    const marks = new Map<string, ScheduleMark>();
    for (let at = 0; at < names.length; at += BATCH) {
      const some = names.slice(at, at + BATCH);
      const values = await this.state.get(some.map((name) => this.key(name)));
      values.forEach((value, place) => {
        const mark = value && (readData(value.value) as ScheduleMark | undefined);
        if (typeof mark?.done === 'number') marks.set(some[place] as string, mark);
      });
    }
    return marks;
  }

  async write(marks: ReadonlyMap<string, ScheduleMark>): Promise<void> {
    const entries = [...marks].map(([name, mark]) => ({ key: this.key(name), value: JSON.stringify(mark) }));
    for (let at = 0; at < entries.length; at += BATCH) await this.state.set(entries.slice(at, at + BATCH));
  }

  async forget(name: string): Promise<void> {
    await this.state.delete([this.key(name)]);
  }

  private key(name: string): string {
    return `schedule-mark:${this.group}:${name}`;
  }
}

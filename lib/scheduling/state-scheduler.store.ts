import type {
  ScheduleRecord,
  SchedulerStore,
  StateBackend,
  StateSubscription,
  StoredSchedule,
} from '../contract/index.js';
import { decodeRecord, encodeRecord } from './schedule-record.js';

/** Schedules that are read with one call. */
const PAGE = 1_000;

/** Definitions of schedules in the state of a backend: a value each, listed by an index, told by a channel. */
export class StateSchedulerStore implements SchedulerStore {
  private readonly scope: string;

  constructor(
    private readonly state: StateBackend,
    group: string,
  ) {
    this.scope = `schedules:${group}`;
  }

  async list(): Promise<StoredSchedule[]> {
    const found: StoredSchedule[] = [];
    const index = this.state.index(this.scope);
    let after: { member: string; score: number } | undefined;
    do {
      const members = await index.range({ limit: PAGE, ...(after && { after }) });
      found.push(...(await this.read(members.map(({ member }) => member))));
      after = members.length === PAGE ? members.at(-1) : undefined;
    } while (after !== undefined);
    return found;
  }

  async get(name: string): Promise<StoredSchedule | undefined> {
    return (await this.read([name]))[0];
  }

  /** The index first: a name without a value is passed over, a value without a name would never fire. */
  async write(record: ScheduleRecord, expected: string | null): Promise<boolean> {
    await this.state.index(this.scope).add([{ member: record.name, score: 0 }]);
    const isWritten = await this.state.compareAndSet(this.key(record.name), expected, encodeRecord(record));
    if (isWritten) await this.state.publish(this.scope, record.name);
    return isWritten;
  }

  async remove(name: string): Promise<boolean> {
    const isRemoved = (await this.state.delete([this.key(name)])) > 0;
    await this.state.index(this.scope).remove([name]);
    if (isRemoved) await this.state.publish(this.scope, name);
    return isRemoved;
  }

  watch(onChange: (name: string | undefined) => void): Promise<StateSubscription> {
    return this.state.watch(
      this.scope,
      (name) => onChange(String(name)),
      () => onChange(undefined),
    );
  }

  private async read(names: readonly string[]): Promise<StoredSchedule[]> {
    if (names.length === 0) return [];
    const values = await this.state.get(names.map((name) => this.key(name)));
    return values.flatMap((value) => {
      const record = value && decodeRecord(value.value);
      return value === undefined || record === undefined ? [] : [{ record, version: value.version }];
    });
  }

  private key(name: string): string {
    return `${this.scope}:${name}`;
  }
}

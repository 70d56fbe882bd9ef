import type { SchedulePlan, ScheduleRecord, SchedulerStore, StoredSchedule } from '../contract/index.js';
import { assertScheduleName, nearestName } from '../config/index.js';
import { ScheduleNotFoundError } from '../errors/index.js';
import type { FleetClock } from './fleet-clock.js';
import { changedRecord, planOf } from './schedule-record.js';
import type { ScheduleRules } from './schedule-rules.js';

export interface EditorParts {
  readonly store: SchedulerStore;
  readonly clock: FleetClock;
  readonly rules: ScheduleRules;
}

/** Changes what is stored of schedules, in a store that other processes change at the same time. */
export class ScheduleEditor {
  constructor(private readonly parts: EditorParts) {}

  /** @throws ScheduleNotFoundError, with the name that may have been meant */
  async find(name: string): Promise<StoredSchedule> {
    assertScheduleName(name);
    const found = await this.parts.store.get(name);
    if (found !== undefined) return found;
    const known = (await this.parts.store.list()).map(({ record }) => record.name);
    const nearest = nearestName(name, known);
    throw new ScheduleNotFoundError(name, nearest === undefined ? '' : ` Did you mean "${nearest}"?`);
  }

  /** Refuses what does not go together with the other schedules, or with its task. */
  async assertFits(name: string, plan: SchedulePlan): Promise<void> {
    const stored = plan.dependsOn.length === 0 ? [] : await this.parts.store.list();
    const others = new Map(stored.map(({ record }) => [record.name, planOf(record)]));
    others.delete(name);
    await this.parts.rules.check(name, plan, others);
  }

  /**
   * Makes a change until nobody else has changed the schedule in between.
   * @param make undefined: there is nothing to change
   * @param isLenient a schedule that is not there is no error
   * @returns whether anything was changed
   */
  async change(
    name: string,
    make: (record: ScheduleRecord) => Promise<Partial<ScheduleRecord> | undefined>,
    isLenient = false,
  ): Promise<boolean> {
    const { store, clock } = this.parts;
    await clock.sync();
    for (;;) {
      const found = isLenient ? await store.get(name) : await this.find(name);
      if (found === undefined) return false;
      const changes = await make(found.record);
      if (changes === undefined) return false;
      if (await store.write(changedRecord(found.record, changes, clock.now()), found.version)) return true;
    }
  }
}

/** A record with changes on top: what is added at run time is its own declaration; what the code declares keeps changes apart. */
export function edited(record: ScheduleRecord, changes: Partial<SchedulePlan>): ScheduleRecord {
  if (record.source === 'runtime') {
    return { ...record, plan: planOf({ ...record, edits: changes }) };
  }
  const before = record.edits ?? {};
  const isTimed = changes.cron !== undefined || changes.every !== undefined || changes.at !== undefined;
  const { cron: _cron, every: _every, at: _at, ...untimed } = before;
  return { ...record, edits: { ...(isTimed ? untimed : before), ...changes } };
}

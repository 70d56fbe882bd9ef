import type { ScheduleCatchUp, ScheduleOverlap } from './schedule.js';
import type { StateSubscription } from './state-backend.js';

/** A payload as its codec has written it; bytes in base64. */
export interface StoredPayload {
  readonly codec: string;
  readonly text?: string | undefined;
  readonly base64?: string | undefined;
}

/** When and how a schedule fires: checked, complete, and plain data, as it is stored. */
export interface SchedulePlan {
  readonly task: string;
  readonly cron?: string | undefined;
  /** Milliseconds. */
  readonly every?: number | undefined;
  /** Epoch milliseconds. */
  readonly at?: number | undefined;
  readonly timezone?: string | undefined;
  readonly payload?: StoredPayload | undefined;
  readonly queue?: string | undefined;
  readonly priority?: number | undefined;
  readonly maxRetries?: number | undefined;
  readonly timeout?: number | undefined;
  readonly overlap: ScheduleOverlap;
  readonly catchUp: ScheduleCatchUp;
  readonly jitter: number;
  readonly dependsOn: readonly string[];
  readonly enabled: boolean;
}

/** One schedule as it is stored: plain data. */
export interface ScheduleRecord {
  readonly name: string;
  /** `code`: declared by `@Scheduled()`; `runtime`: added by a call. */
  readonly source: 'code' | 'runtime';
  /** As it was declared. */
  readonly plan: SchedulePlan;
  /** What was changed at run time; a new version of the code does not touch it. */
  readonly edits?: Partial<SchedulePlan> | undefined;
  /** Slots up to this moment are not its own: when it was declared, enabled or given another timing. By the store's clock. */
  readonly from: number;
  readonly updatedAt: number;
}

/** A schedule, and the version that its next change has to name. */
export interface StoredSchedule {
  readonly record: ScheduleRecord;
  readonly version: string;
}

/**
 * Keeps the definitions of schedules, for all processes of a fleet. The one that comes with the module uses the state of the primary
 * backend; give another as `scheduler.store`.
 */
export interface SchedulerStore {
  /** All of them, in the order of their names. */
  list(): Promise<readonly StoredSchedule[]>;
  get(name: string): Promise<StoredSchedule | undefined>;
  /** Writes while the schedule still has the version (`null`: while there is none). @returns whether it was written */
  write(record: ScheduleRecord, expected: string | null): Promise<boolean>;
  /** @returns whether it was there */
  remove(name: string): Promise<boolean>;
  /**
   * Tells which schedule was written or removed, by whatever process; `undefined`: some may have been. What is not told is found at the
   * next `scheduler.checkInterval`.
   */
  watch(onChange: (name: string | undefined) => void): Promise<StateSubscription>;
}

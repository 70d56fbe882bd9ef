import type { Duration } from './durations.js';
import type { JobRef, Ms } from './job-record.js';
import type { Priority } from './priority.js';

/**
 * What a firing does while the job of the one before is unfinished. `allow`: both run. `skip`: it is left out. `replace`: the earlier job
 * is cancelled.
 */
export type ScheduleOverlap = 'allow' | 'skip' | 'replace';

/**
 * What becomes of firings that fell due while no process of the fleet was alive. `skip`: nothing. `last`: the latest of them fires.
 * `all`: the latest `max` of them fire, in order.
 */
export type ScheduleCatchUp = 'skip' | 'last' | { readonly mode: 'all'; readonly max: number };

/** When a schedule fires: one of the three. */
export type ScheduleTiming =
  | { readonly cron: string; readonly every?: undefined; readonly at?: undefined }
  /** At least 1 s. Slots are the multiples of it since 1970-01-01T00:00:00Z, the same in every process. */
  | { readonly every: Duration; readonly cron?: undefined; readonly at?: undefined }
  /** Once, at that moment. */
  | { readonly at: Date; readonly cron?: undefined; readonly every?: undefined };

/** How a schedule fires, beside when. */
export interface ScheduleSettings {
  /** Zone of a cron expression, of the IANA database, as in `Europe/Madrid`. Default: `scheduler.timezone` (UTC). */
  readonly timezone?: string | undefined;
  /** What the handler gets; the codec must be able to carry it. Default: nothing. */
  readonly payload?: unknown;
  /** Default: the task's. */
  readonly queue?: string | undefined;
  /** Default: the task's. */
  readonly priority?: Priority | undefined;
  /** Default: the task's. */
  readonly maxRetries?: number | undefined;
  /** Default: the task's. */
  readonly timeout?: Duration | undefined;
  /** Default `allow`. */
  readonly overlap?: ScheduleOverlap | undefined;
  /** Default `skip`. */
  readonly catchUp?: ScheduleCatchUp | undefined;
  /** Each job is due up to this long after its slot: the same in every process, and spread over schedules and slots. Default 0. */
  readonly jitter?: Duration | undefined;
  /**
   * Names of schedules whose latest firing at or before the slot must have completed before the job runs. They live on queues of the
   * same backend. Default: none.
   */
  readonly dependsOn?: string | readonly string[] | undefined;
  /** Default true. */
  readonly enabled?: boolean | undefined;
}

/** What `@Scheduled()` takes beside the timing. */
export interface ScheduledOptions extends ScheduleSettings {
  /** Unique in the app; also the task's name, where the method has no `@Task()`. Default: the method's name. */
  readonly name?: string | undefined;
}

/** A schedule as `TaskScheduler.schedule()` takes it. */
export type ScheduleDefinition = ScheduleTiming &
  ScheduleSettings & {
    /** Unique in the fleet. */
    readonly name: string;
    /** The task that it enqueues. Default: the one of its name. */
    readonly task?: string | undefined;
  };

/** What `TaskScheduler.update()` changes; what is not given stays. One timing replaces another. */
export type ScheduleChanges = Partial<Omit<ScheduleSettings, 'enabled'>> & {
  readonly cron?: string | undefined;
  readonly every?: Duration | undefined;
  readonly at?: Date | undefined;
};

/** One firing that took place. */
export interface ScheduleRun extends JobRef {
  /** The moment it was due. */
  readonly slot: Date;
  /** How long after its slot it was enqueued. */
  readonly lateness: Ms;
}

/** A schedule as the fleet has it. */
export interface Schedule {
  readonly name: string;
  readonly task: string;
  readonly cron?: string | undefined;
  readonly every?: Ms | undefined;
  readonly at?: Date | undefined;
  /** Of a cron expression. */
  readonly timezone?: string | undefined;
  readonly payload?: unknown;
  readonly queue?: string | undefined;
  readonly priority?: number | undefined;
  readonly maxRetries?: number | undefined;
  readonly timeout?: Ms | undefined;
  readonly overlap: ScheduleOverlap;
  readonly catchUp: ScheduleCatchUp;
  readonly jitter: Ms;
  readonly dependsOn: readonly string[];
  readonly enabled: boolean;
  /** `code`: declared by `@Scheduled()`; `runtime`: added by `TaskScheduler.schedule()`. */
  readonly source: 'code' | 'runtime';
  /** Whether somebody has changed at run time what the code declares. */
  readonly edited: boolean;
  /** When it was last changed, by the store's clock. */
  readonly updatedAt: Date;
  /** The latest firing. */
  readonly lastRun?: ScheduleRun | undefined;
  /** Undefined when it is disabled, or will not fire again. */
  readonly nextRun?: Date | undefined;
}

/** Where a job came from, when a schedule enqueued it. */
export interface ScheduleFiring {
  readonly schedule: string;
  /** The moment it was due. */
  readonly slot: Date;
  /** Whether it was enqueued more than a second after its slot. */
  readonly isLate: boolean;
  /** How long after its slot it was enqueued; 0 where it was in time. */
  readonly lateness: Ms;
}

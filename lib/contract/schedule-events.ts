import type { JobRef, Ms } from './job-record.js';

interface ScheduleEventBase {
  readonly schedule: string;
}

interface SlotEventBase extends ScheduleEventBase {
  /** The moment that the firing was due. */
  readonly slot: Date;
}

/** A slot's job was enqueued by this process. */
export interface ScheduleFiredEvent extends SlotEventBase {
  readonly type: 'fired';
  readonly job: JobRef;
  /** How long after its slot. */
  readonly lateness: Ms;
}
/** A slot fired no job. */
export interface ScheduleSkippedEvent extends SlotEventBase {
  readonly type: 'skipped';
  /**
   * `overlap`: the job of the firing before is unfinished. `missed`: no process was alive, and `catchUp` does not ask for it. `expired`: nobody
   * can tell any more whether a killed leader had fired it.
   */
  readonly reason: 'overlap' | 'missed' | 'expired';
}
/** A firing was refused or its broker was away; it is tried again until it is accepted, or refused for good. */
export interface ScheduleErrorEvent extends SlotEventBase {
  readonly type: 'error';
  readonly error: unknown;
  /** Whether it is tried again. */
  readonly willRetry: boolean;
}
/** The definition of a schedule was added, changed, switched on or off, or removed by this process. */
export interface ScheduleChangedEvent extends ScheduleEventBase {
  readonly type: 'changed';
  readonly change: 'added' | 'updated' | 'enabled' | 'disabled' | 'removed';
}
/** This process fires the schedules of the fleet from now on, or no longer. */
export interface ScheduleLeaderEvent {
  readonly type: 'leader';
  readonly leading: boolean;
}

/** What this process says of schedules. */
export type ScheduleEvent =
  ScheduleFiredEvent | ScheduleSkippedEvent | ScheduleErrorEvent | ScheduleChangedEvent | ScheduleLeaderEvent;

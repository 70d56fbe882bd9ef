import { JOB_STATES, type JobState } from '../../contract/index.js';

/** A job's state as its place in {@link JOB_STATES}: a small integer, so that the tally of a queue is a plain array. */
export type StateCode = number;

export const PENDING: StateCode = 0;
export const SCHEDULED: StateCode = 1;
export const WAITING: StateCode = 2;
export const RUNNING: StateCode = 3;
export const RETRYING: StateCode = 4;
export const COMPLETED: StateCode = 5;
export const FAILED: StateCode = 6;
export const CANCELLED: StateCode = 7;

/** Not in any queue: a job before its first state, and one that was removed. */
export const GONE: StateCode = 8;

export function stateName(code: StateCode): JobState {
  return JOB_STATES[code] as JobState;
}

export function stateCode(state: JobState): StateCode {
  return JOB_STATES.indexOf(state);
}

/** Completed, failed or cancelled. */
export function isFinishedCode(code: StateCode): boolean {
  return code >= COMPLETED && code <= CANCELLED;
}

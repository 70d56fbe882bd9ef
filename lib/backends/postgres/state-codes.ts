import type { JobState, ParentOutcome } from '../../contract/index.js';

/** States as the tables have them. Ready, parked and moved by another broker are all `pending`. */
const STATES: readonly JobState[] = [
  'pending',
  'pending',
  'pending',
  'scheduled',
  'waiting',
  'running',
  'retrying',
  'completed',
  'failed',
  'cancelled',
];

export function stateOf(code: number): JobState {
  return STATES[code] as JobState;
}

/** Of a job that has finished. */
export function finishedState(code: number): ParentOutcome['state'] {
  return stateOf(code) as ParentOutcome['state'];
}

/** The codes of a state. */
export function codesOf(state: JobState): number[] {
  return STATES.flatMap((one, code) => (one === state ? [code] : []));
}

import { JOB_STATES, type JobState } from '../../contract/index.js';

/** Scripts say a state in one letter. */
export const LETTER_OF: Readonly<Record<JobState, string>> = {
  pending: 'p',
  scheduled: 's',
  waiting: 'w',
  running: 'r',
  retrying: 't',
  completed: 'c',
  failed: 'f',
  cancelled: 'x',
};

export function stateOf(letter: string): JobState {
  return JOB_STATES.find((state) => LETTER_OF[state] === letter) as JobState;
}

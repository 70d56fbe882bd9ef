import type { JobState } from '../../contract/index.js';

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

const STATE_OF = new Map(Object.entries(LETTER_OF).map(([state, letter]) => [letter, state as JobState]));

export function stateOf(letter: string): JobState {
  return STATE_OF.get(letter) as JobState;
}

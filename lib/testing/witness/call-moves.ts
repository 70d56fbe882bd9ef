import { JOB_STATES, STATE_MOVES, type JobState } from '../../contract/index.js';

/** The calls that move jobs; everything else leaves them where they are, but for what time does. */
export type MovingCall = 'enqueue' | 'claim' | 'signal' | 'cancel' | 'remove' | 'retryDead' | 'look';

/** A state, or none: before a job is enqueued and after it is removed. */
export type Place = JobState | 'nowhere';

export type Edge = readonly [from: Place, to: Place];

/** What the end of one job does to those that depend on it. */
const CASCADE: readonly Edge[] = [
  ['waiting', 'pending'],
  ['waiting', 'scheduled'],
  ['waiting', 'cancelled'],
];

/** What happens by itself between two calls: due moments, lost leases, retention. */
const TIME: readonly Edge[] = [
  ['scheduled', 'pending'],
  ['retrying', 'pending'],
  ['running', 'pending'],
  ['running', 'retrying'],
  ['running', 'failed'],
  ['running', 'cancelled'],
  ['completed', 'nowhere'],
  ['failed', 'nowhere'],
  ['cancelled', 'nowhere'],
  ...CASCADE,
];

const ADD: readonly Edge[] = [
  ['nowhere', 'pending'],
  ['nowhere', 'scheduled'],
  ['nowhere', 'waiting'],
  ['nowhere', 'cancelled'],
];

/** Which moves of the state table each call may make. The table says what is legal, this says by whose doing. */
export const CALL_MOVES: Readonly<Record<MovingCall, readonly Edge[]>> = {
  enqueue: [
    ...ADD,
    ['pending', 'scheduled'],
    ['scheduled', 'pending'],
    ['retrying', 'pending'],
    ['retrying', 'scheduled'],
    ...TIME,
  ],
  claim: [
    ['pending', 'running'],
    ['running', 'completed'],
    ['running', 'scheduled'],
    ['running', 'waiting'],
    ...ADD,
    ...TIME,
  ],
  signal: [['waiting', 'pending'], ...TIME],
  cancel: [['pending', 'cancelled'], ['scheduled', 'cancelled'], ['retrying', 'cancelled'], ...TIME],
  remove: [
    ['pending', 'nowhere'],
    ['scheduled', 'nowhere'],
    ['waiting', 'nowhere'],
    ['retrying', 'nowhere'],
    ...TIME,
  ],
  retryDead: [['failed', 'pending'], ['failed', 'scheduled'], ['cancelled', 'waiting'], ...TIME],
  look: TIME,
};

/** Moves that the contract's table has and no call above makes, and the other way round: both must be empty. */
export function tableDifferences(): { unused: string[]; illegal: string[] } {
  const legal = new Set(STATE_MOVES.map((move) => `${move.from ?? 'nowhere'} → ${move.to ?? 'nowhere'}`));
  const used = new Set(
    Object.values(CALL_MOVES)
      .flat()
      .map(([from, to]) => `${from} → ${to}`),
  );
  return {
    unused: [...legal].filter((move) => !used.has(move)),
    illegal: [...used].filter((move) => !legal.has(move)),
  };
}

/**
 * Whether the calls made since a job was last seen, each any number of times, lead from one place to the other by
 * legal moves. A job that was removed does not come back as the same.
 */
export function leadsTo(from: Place, to: Place, calls: Iterable<MovingCall>): boolean {
  if (from === to) return true;
  const edges = [...calls].flatMap((call) => CALL_MOVES[call]);
  const reached = new Set<Place>([from]);
  for (let round = 0; round <= JOB_STATES.length; round++) {
    for (const [start, end] of edges) {
      if (reached.has(start) && (start !== 'nowhere' || from === 'nowhere')) reached.add(end);
    }
    if (reached.has(to)) return true;
  }
  return false;
}

import type { QueueBackend, StateBackend } from '../../../lib/contract/index.js';
import type { ManualClock } from '../../../lib/testing/index.js';
import type { Wrap } from '../memory-harness.js';

/** One thing that is wrong with an otherwise sound backend. */
export interface Flaw {
  /** What it does wrong, as a reader of a bug report would say it. */
  readonly name: string;
  /** The topic of the suite that must find it. */
  readonly caughtBy: string;
  readonly wrap: Wrap;
}

export function inQueue(
  name: string,
  caughtBy: string,
  Flawed: new (sound: QueueBackend, clock: ManualClock) => QueueBackend,
): Flaw {
  return { name, caughtBy, wrap: ({ queue, state }, clock) => ({ queue: new Flawed(queue, clock), state }) };
}

export function inState(
  name: string,
  caughtBy: string,
  Flawed: new (sound: StateBackend, clock: ManualClock) => StateBackend,
): Flaw {
  return { name, caughtBy, wrap: ({ queue, state }, clock) => ({ queue, state: new Flawed(state, clock) }) };
}

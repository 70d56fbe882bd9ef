import type { Clock, Ms } from '../contract/index.js';
import { settledWithin } from '../worker/index.js';

/** How long what this process leads may take to be handed on. */
const HAND_ON_TIME: Ms = 5_000;

/** Waits until what this process leads, schedules or a relay, is handed on. A store that does not answer by then lets its lease run out. */
export function handedOn(stopping: Promise<unknown>, clock: Clock): Promise<unknown> {
  return settledWithin(stopping, HAND_ON_TIME, clock);
}

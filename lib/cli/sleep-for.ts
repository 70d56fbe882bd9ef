import { setTimeout as timeout } from 'node:timers/promises';
import type { Ms } from '../contract/index.js';

/** Node fires a timer at once when it is longer than this: 2^31 - 1 ms, 24.8 days. */
const LONGEST_TIMER: Ms = 2_147_483_647;

/** Resolves after so long, or as soon as it is to stop. @param step Sleeps for no longer than one timer can */
export async function sleepFor(
  ms: Ms,
  signal: AbortSignal,
  step: (ms: Ms, signal: AbortSignal) => Promise<unknown> = (part) => timeout(part, undefined, { signal }),
): Promise<void> {
  for (let left = ms; left > 0 && !signal.aborted; left -= LONGEST_TIMER) {
    await step(Math.min(left, LONGEST_TIMER), signal).catch(() => undefined);
  }
}

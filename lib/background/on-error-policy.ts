import type { Ms } from '../contract/index.js';

/** What a {@link ScheduledWorker} does when a cycle throws. Whatever it does, it logs the error first. */
export const OnErrorPolicy = {
  /** Goes on with the next cycle after the usual interval. */
  LOG_AND_CONTINUE: 'log-and-continue',
  /** Doubles the interval with each failure in a row, up to ten times; a success brings it back. */
  BACKOFF: 'backoff',
  /** Stops for good. */
  STOP: 'stop',
} as const;

export type OnErrorPolicy = (typeof OnErrorPolicy)[keyof typeof OnErrorPolicy];

const MOST_INTERVALS = 10;

/**
 * How long to wait between two cycles, without jitter.
 * @param failures in a row, up to now
 */
export function pauseAfter(failures: number, interval: Ms, policy: OnErrorPolicy): Ms {
  if (policy !== OnErrorPolicy.BACKOFF) return interval;
  // 2^4 is beyond the bound already.
  return interval * Math.min(MOST_INTERVALS, 2 ** Math.min(failures, 4));
}

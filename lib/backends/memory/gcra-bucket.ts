import type { Ms, RateLimit } from '../../contract/index.js';

/** A share of a token that rounding may have lost; far below what a limit could notice. */
const ROUNDING = 1e-6;

/**
 * A rate limiter that keeps one number: the generic cell rate algorithm (ATM Forum, 1996), in its batch form.
 *
 * What is kept is how far the theoretical arrival time lies ahead of the last look, not that time itself: at epoch
 * milliseconds a double resolves 0.0002 ms, and a limit of 3 in 100 ms would lose every third token to rounding.
 */
export class GcraBucket {
  private ahead = 0;
  private at = 0;

  /** How many of `wanted` may start now. */
  available(limit: RateLimit, now: number, wanted: number): number {
    const interval = limit.per / limit.limit;
    const free = interval * (limit.burst ?? limit.limit) - this.aheadAt(now);
    return Math.max(0, Math.min(wanted, Math.floor(free / interval + ROUNDING)));
  }

  charge(limit: RateLimit, now: number, tokens: number): void {
    this.ahead = this.aheadAt(now) + (tokens * limit.per) / limit.limit;
    this.at = now;
  }

  /** How long until one may start. */
  retryIn(limit: RateLimit, now: number): Ms {
    const interval = limit.per / limit.limit;
    return Math.max(0, this.aheadAt(now) + interval * (1 - (limit.burst ?? limit.limit)));
  }

  /** When it is full again, and can be forgotten. */
  fullAt(): number {
    return this.at + this.ahead;
  }

  private aheadAt(now: number): number {
    return Math.max(0, this.ahead - Math.max(0, now - this.at));
  }
}

import type { Ms, RateLimit } from '../../contract/index.js';

/** A share of a token that adding up fractions may have lost. */
const ROUNDING = 1e-9;

/** A limiter as the contract has it (GCRA), told by one moment: when the next token would arrive in an empty bucket. */
export class ModelBucket {
  private arrival: Ms = Number.NEGATIVE_INFINITY;
  private readonly interval: Ms;
  private readonly burst: number;

  constructor({ limit, per, burst = limit }: RateLimit) {
    this.interval = per / limit;
    this.burst = burst;
  }

  tokens(now: Ms): number {
    const free = this.burst * this.interval - (Math.max(this.arrival, now) - now);
    return Math.max(0, Math.floor(free / this.interval + ROUNDING));
  }

  charge(count: number, now: Ms): void {
    this.arrival = Math.max(this.arrival, now) + count * this.interval;
  }

  /** When one may start, if none may now. */
  nextAt(): Ms {
    return this.arrival - (this.burst - 1) * this.interval;
  }
}

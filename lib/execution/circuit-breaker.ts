import type { Clock, Ms } from '../contract/index.js';

export type CircuitState = 'closed' | 'open' | 'half-open';

/**
 * Keeps a task that fails again and again from being run for a while (the circuit breaker of M. Nygard's "Release It!").
 *
 * Closed until `threshold` failures in a row; then open for `cooldown`; then half-open: one run tries, and closes the
 * circuit or opens it anew. One for each task and process.
 *
 * @example
 * const breaker = new CircuitBreaker({ threshold: 5, cooldown: 30_000 }, clock);
 * const wait = breaker.tryEnter();
 * if (wait > 0) return release(wait);
 * try { await call(); breaker.succeeded(); } catch (error) { breaker.failed(); throw error; }
 */
export class CircuitBreaker {
  private failures = 0;
  private openUntil = 0;
  private trial = false;

  constructor(
    private readonly options: { readonly threshold: number; readonly cooldown: Ms },
    private readonly clock: Clock,
  ) {}

  get state(): CircuitState {
    if (this.openUntil === 0) return 'closed';
    return this.clock.now() < this.openUntil ? 'open' : 'half-open';
  }

  /** @returns 0 when a run may start, else after how many milliseconds to ask again */
  tryEnter(): Ms {
    if (this.openUntil === 0) return 0;
    const wait = this.openUntil - this.clock.now();
    if (wait > 0) return Math.ceil(wait);
    if (this.trial) return this.options.cooldown;
    this.trial = true;
    return 0;
  }

  succeeded(): void {
    this.failures = 0;
    this.openUntil = 0;
    this.trial = false;
  }

  failed(): void {
    this.failures++;
    if (this.trial || this.failures >= this.options.threshold) {
      this.openUntil = this.clock.now() + this.options.cooldown;
    }
    this.trial = false;
  }

  /** A run ended without telling anything about the task: cancelled, lease lost, shut down. */
  abstained(): void {
    this.trial = false;
  }
}

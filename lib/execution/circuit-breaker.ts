import type { Clock, Ms } from '../contract/index.js';

export type CircuitState = 'closed' | 'open' | 'half-open';

/**
 * Keeps a task that fails again and again from being run for a while (the circuit breaker of M. Nygard's "Release It!").
 *
 * Closed until `threshold` failures in a row; then open for `cooldown`; then half-open: one run tries, and closes the
 * circuit or opens it anew. Runs that began before it opened change nothing any more when they end. One for each task and
 * process.
 *
 * @example
 * const breaker = new CircuitBreaker({ threshold: 5, cooldown: 30_000 }, clock);
 * const wait = breaker.tryEnter(run);
 * if (wait > 0) return release(wait);
 * try { await call(); breaker.succeeded(run); } catch (error) { breaker.failed(run); throw error; }
 */
export class CircuitBreaker {
  private failures = 0;
  private openUntil: number | undefined;
  /** The one run that tries while it is half-open. */
  private trial: object | undefined;

  constructor(
    private readonly options: { readonly threshold: number; readonly cooldown: Ms },
    private readonly clock: Clock,
  ) {}

  get state(): CircuitState {
    if (this.openUntil === undefined) return 'closed';
    return this.clock.now() < this.openUntil ? 'open' : 'half-open';
  }

  /**
   * @param run whose later word counts
   * @returns 0 when it may start, else after how many milliseconds to ask again
   */
  tryEnter(run: object): Ms {
    if (this.openUntil === undefined) return 0;
    const wait = this.openUntil - this.clock.now();
    if (wait > 0) return Math.ceil(wait);
    if (this.trial !== undefined) return this.options.cooldown;
    this.trial = run;
    return 0;
  }

  succeeded(run: object): void {
    if (!this.heeds(run)) return;
    this.failures = 0;
    this.openUntil = undefined;
    this.trial = undefined;
  }

  failed(run: object): void {
    if (!this.heeds(run)) return;
    this.failures++;
    if (this.trial === run || this.failures >= this.options.threshold) {
      this.openUntil = this.clock.now() + this.options.cooldown;
    }
    this.trial = undefined;
  }

  /** A run ended without telling anything about the task: cancelled, lease lost, shut down. */
  abstained(run: object): void {
    if (this.trial === run) this.trial = undefined;
  }

  private heeds(run: object): boolean {
    return this.openUntil === undefined || this.trial === run;
  }
}

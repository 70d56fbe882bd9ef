import { setImmediate as macrotask } from 'node:timers/promises';
import type { Clock, ClockTimer } from '../contract/index.js';

interface ArmedTimer extends ClockTimer {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until it is told to move, so that a test of a day takes a millisecond.
 *
 * Timers fire in the order of their moments, those of one moment in the order in which they were armed, and each sees
 * `now()` at its own moment. After each moment everything that its timers set off (promises, microtasks) goes on
 * before the next moment comes, as it would with real time between them.
 *
 * @example
 * const clock = new ManualClock();
 * const backend = createMemoryBackend({ name: 'memory', type: 'memory', options: {}, clock });
 * await queue.enqueue('send-email', payload, { delay: '1h' });
 * await clock.advance(3_600_000); // the job is due now
 */
export class ManualClock implements Clock {
  private readonly armed: ArmedTimer[] = [];

  /** @param moment where it stands, in epoch milliseconds. Default: 2026-01-01T00:00:00Z. */
  constructor(private moment: number = Date.UTC(2026, 0, 1)) {}

  /** Timers that are armed and have not fired: 0 says that whoever used the clock has let go of it. */
  get timers(): number {
    return this.armed.length;
  }

  /** When the first of them fires, in epoch milliseconds. */
  get nextTimer(): number | undefined {
    return this.armed[0]?.at;
  }

  now(): number {
    return this.moment;
  }

  setTimer(delay: number, callback: () => void): ClockTimer {
    const timer: ArmedTimer = {
      at: this.moment + Math.max(0, delay),
      callback,
      cancel: () => this.disarm(timer),
    };
    this.armed.splice(this.placeOf(timer.at), 0, timer);
    return timer;
  }

  /**
   * Moves on by `ms` milliseconds (0 or more) and fires what comes due on the way, timers that are armed meanwhile
   * included. `advance(0)` lets everything that is under way go on.
   * @throws RangeError for a negative or non-finite number: this clock, like any other, never goes back
   */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0 && Number.isFinite(ms))) throw new RangeError(`Cannot advance a clock by ${ms} ms.`);
    const end = this.moment + ms;
    await macrotask();
    for (let next = this.armed[0]; next !== undefined && next.at <= end; next = this.armed[0]) {
      this.moment = next.at;
      this.fireMoment(next.at);
      await macrotask();
    }
    this.moment = Math.max(this.moment, end);
  }

  /** No more than were armed when the moment came: a timer that arms itself again at once must not hold the thread. */
  private fireMoment(at: number): void {
    for (let left = this.placeOf(at); left > 0; left--) {
      const next = this.armed[0];
      if (next === undefined || next.at > at) return;
      this.armed.shift();
      next.callback();
    }
  }

  /** Behind every timer of the same moment, by bisection. */
  private placeOf(at: number): number {
    let low = 0;
    let high = this.armed.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.armed[middle] as ArmedTimer).at <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private disarm(timer: ArmedTimer): void {
    const place = this.armed.indexOf(timer);
    if (place >= 0) this.armed.splice(place, 1);
  }
}

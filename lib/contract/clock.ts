/** A timer that was armed on a {@link Clock}. */
export interface ClockTimer {
  /** Disarms the timer. Does nothing when it has fired already. */
  cancel(): void;
}

/**
 * Where this process takes its time from, injected everywhere so that a test can move it.
 *
 * Moments that several machines compare come from the broker, never from here.
 */
export interface Clock {
  /** Milliseconds since the epoch. Never goes backwards within a process, whatever happens to the wall clock. */
  now(): number;
  /**
   * Calls `callback` once, `delay` milliseconds from now (0 or more, any length).
   * The timer does not keep the process alive.
   */
  setTimer(delay: number, callback: () => void): ClockTimer;
}

/** Node fires a timer at once when it is longer than this: 2^31 - 1 ms, 24.8 days. */
const LONGEST_TIMER = 2_147_483_647;

class SystemTimer implements ClockTimer {
  private handle: NodeJS.Timeout | undefined;

  constructor(
    private remaining: number,
    private readonly callback: () => void,
  ) {
    this.arm();
  }

  cancel(): void {
    clearTimeout(this.handle);
  }

  private arm(): void {
    const step = Math.min(this.remaining, LONGEST_TIMER);
    this.remaining -= step;
    this.handle = setTimeout(() => (this.remaining > 0 ? this.arm() : this.callback()), step);
    this.handle.unref();
  }
}

/** It never changes, and reading it anew would take as long as reading the time. */
const ORIGIN = performance.timeOrigin;

/** The machine's time, kept monotonic: `performance.now()` counted from the moment the process started. */
export const systemClock: Clock = {
  now: () => ORIGIN + performance.now(),
  setTimer: (delay, callback) => new SystemTimer(Math.max(0, delay), callback),
};

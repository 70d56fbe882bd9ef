import type { Clock, ClockTimer, Ms } from '../contract/index.js';

/** One timer that can be set earlier or later. */
export class Alarm {
  private timer: ClockTimer | undefined;
  private ringsAt = 0;

  constructor(
    private readonly clock: Clock,
    private readonly onRing: () => void,
  ) {}

  set(delay: Ms): void {
    this.timer?.cancel();
    this.ringsAt = this.clock.now() + delay;
    this.timer = this.clock.setTimer(delay, () => {
      this.timer = undefined;
      this.onRing();
    });
  }

  /** Sets it, unless it rings by then already. */
  bringForward(delay: Ms): void {
    if (this.timer === undefined || this.clock.now() + delay < this.ringsAt) this.set(delay);
  }

  clear(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }
}

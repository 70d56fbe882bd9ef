import type { Clock, ClockTimer, Ms } from '../contract/index.js';

/** One timer that can be set earlier or later. */
export class Alarm {
  private timer: ClockTimer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly onRing: () => void,
  ) {}

  set(delay: Ms): void {
    this.timer?.cancel();
    this.timer = this.clock.setTimer(delay, () => {
      this.timer = undefined;
      this.onRing();
    });
  }

  clear(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }
}

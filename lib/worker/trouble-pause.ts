import type { Clock, Ms } from '../contract/index.js';
import { Alarm } from './alarm.js';

/** Waits between calls to a backend that is in trouble: doubled each time, up to the last. */
const WAIT: { readonly first: Ms; readonly most: Ms } = { first: 100, most: 5_000 };

/** Leaves a backend in trouble alone for a while, longer each time. */
export class TroublePause {
  private readonly alarm: Alarm;
  private on = false;
  /** Failed calls in a row. */
  private failures = 0;

  constructor(
    clock: Clock,
    private readonly onOver: () => void,
  ) {
    this.alarm = new Alarm(clock, () => this.end());
  }

  get isOn(): boolean {
    return this.on;
  }

  /** A call has failed. @returns how long the pause is */
  begin(): Ms {
    const full = Math.min(WAIT.most, WAIT.first * 2 ** this.failures++);
    // Spread over the upper half, so that the workers of a fleet do not return together.
    const wait = Math.round(full / 2 + (Math.random() * full) / 2);
    this.on = true;
    this.alarm.set(wait);
    return wait;
  }

  /** A call has succeeded: the next pause is the first again. */
  reset(): void {
    this.failures = 0;
  }

  /** Ends a pause before its time. */
  cut(): void {
    if (this.on) this.end();
  }

  /** Ends it for good. */
  clear(): void {
    this.on = false;
    this.alarm.clear();
  }

  private end(): void {
    this.clear();
    this.onOver();
  }
}

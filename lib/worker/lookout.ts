import type { Clock, Ms } from '../contract/index.js';
import { Alarm } from './alarm.js';

/**
 * What a feeder has yet to look at: queues whose backend has announced something, and all of them when something is due or nothing was
 * heard for a while. A claim after an announcement looks at the queue that it was of, and at no other: each further one cost 10 us of a
 * Redis server, and 0.2 ms of PostgreSQL.
 */
export class Lookout {
  private readonly alarm: Alarm;
  private isAll = false;
  private readonly queues = new Set<string>();

  /** @param onAlarm something is due, or may be */
  constructor(
    clock: Clock,
    private readonly onAlarm: () => void,
  ) {
    this.alarm = new Alarm(clock, () => {
      this.isAll = true;
      this.onAlarm();
    });
  }

  /** Whether something may be claimable that no claim has looked at. */
  get isCalled(): boolean {
    return this.isAll || this.queues.size > 0;
  }

  /** Any queue may have something. */
  callAll(): void {
    this.isAll = true;
  }

  /** This queue may have something. */
  call(queue: string): void {
    this.queues.add(queue);
  }

  /**
   * A claim looks, and hears what is claimable by now.
   * @returns the queues to look at; undefined: all. That is so as well without an alarm, since nobody knows then when something on the
   * others is due.
   */
  begin(): ReadonlySet<string> | undefined {
    const isSome = !this.isAll && this.queues.size > 0 && this.alarm.isSet;
    const called = isSome ? new Set(this.queues) : undefined;
    this.isAll = false;
    this.queues.clear();
    return called;
  }

  /** A claim has found out that something is due after so long. */
  expect(delay: Ms | undefined): void {
    if (delay !== undefined && this.alarm.isSet) this.alarm.bringForward(Math.max(0, delay));
  }

  /**
   * There is nothing more to do until a queue calls or this is over.
   * @param isWhole whether the last claim has looked at all queues; else what was known of the others holds
   */
  rest(delay: Ms, isWhole: boolean): void {
    if (isWhole) this.alarm.set(Math.max(0, delay));
    else this.alarm.bringForward(Math.max(0, delay));
  }

  /** Looks at everything after that time, whatever is known. */
  again(delay: Ms): void {
    this.isAll = true;
    this.alarm.set(delay);
  }

  clear(): void {
    this.alarm.clear();
  }
}

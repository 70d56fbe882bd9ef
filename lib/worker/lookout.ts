import type { Clock, Ms, Settlement } from '../contract/index.js';
import { Alarm } from './alarm.js';
import type { Batch } from './outbox.js';

/**
 * What a feeder has yet to look at: queues whose backend has announced something, and all of them when something is due or nothing was
 * heard for a while. A claim after an announcement looks at the queue that it was of, and at no other that nothing has happened on: each
 * further one cost 10 us of a Redis server, and 0.2 ms of PostgreSQL.
 */
export class Lookout {
  private readonly alarm: Alarm;
  private isAll = false;
  private queues = new Set<string>();

  /**
   * @param pace `pollInterval`: after so long it looks whatever was heard
   * @param onAlarm something is due, or may be
   */
  constructor(
    clock: Clock,
    private readonly pace: { readonly pollInterval: Ms },
    onAlarm: () => void,
  ) {
    this.alarm = new Alarm(clock, () => {
      this.isAll = true;
      onAlarm();
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
   * @param batch what it settles
   * @returns the queues to look at: that have called, or on which a job has ended, since another may start in its place; undefined: all
   */
  begin({ runs, settlements }: Batch): ReadonlySet<string> | undefined {
    const { queues } = this;
    const called = this.isAll || queues.size === 0 || !settlements.every(isCompletion) ? undefined : queues;
    this.isAll = false;
    this.queues = new Set();
    if (called !== undefined) for (const { job } of runs) queues.add(job.queue);
    return called;
  }

  /** A claim has found out that something is due after so long; undefined: nothing that it knows of. */
  expect(delay: Ms = Number.POSITIVE_INFINITY): void {
    this.alarm.bringForward(Math.max(0, Math.min(delay, this.pace.pollInterval)));
  }

  clear(): void {
    this.alarm.clear();
  }
}

/** What has not completed may have ended jobs that depend on it, on any queue: who looks there is told of them. */
function isCompletion({ outcome }: Settlement): boolean {
  return outcome.kind === 'completed';
}

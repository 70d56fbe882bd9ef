import type { Clock, ClockTimer, Ms } from '../contract/index.js';
import type { RunGuard } from './run-guard.js';

/** Runs with the same timeout, in the order of their deadlines: a list linked through the guards. */
class DeadlineList {
  first: RunGuard | undefined;
  last: RunGuard | undefined;

  append(guard: RunGuard): void {
    guard.listed = true;
    guard.previous = this.last;
    guard.following = undefined;
    if (this.last === undefined) this.first = guard;
    else this.last.following = guard;
    this.last = guard;
  }

  remove(guard: RunGuard): void {
    if (!guard.listed) return;
    guard.listed = false;
    if (guard.previous === undefined) this.first = guard.following;
    else guard.previous.following = guard.following;
    if (guard.following === undefined) this.last = guard.previous;
    else guard.following.previous = guard.previous;
  }
}

/**
 * All deadlines of a process on one timer. A list for each timeout in use keeps its runs ordered by itself, so adding and
 * removing are a few assignments; Node keeps its own timers that way. A timer a job would cost 0.27 µs.
 */
export class Deadlines {
  private readonly lists = new Map<Ms, DeadlineList>();
  private timer: ClockTimer | undefined;
  private armedFor = Number.POSITIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly onExpired: (guard: RunGuard) => void,
  ) {}

  add(guard: RunGuard, timeout: Ms, from: number): void {
    let list = this.lists.get(timeout);
    if (list === undefined) this.lists.set(timeout, (list = new DeadlineList()));
    guard.deadline = from + timeout;
    list.append(guard);
    if (guard.deadline < this.armedFor) this.arm(guard.deadline);
  }

  remove(guard: RunGuard, timeout: Ms): void {
    this.lists.get(timeout)?.remove(guard);
  }

  /** Disarms the timer; runs in the lists are forgotten. */
  close(): void {
    this.timer?.cancel();
    this.armedFor = Number.POSITIVE_INFINITY;
    this.lists.clear();
  }

  private arm(deadline: number): void {
    this.timer?.cancel();
    this.armedFor = deadline;
    this.timer = this.clock.setTimer(Math.max(0, Math.ceil(deadline - this.clock.now())), () => this.sweep());
  }

  private sweep(): void {
    const now = this.clock.now();
    this.armedFor = Number.POSITIVE_INFINITY;
    for (const [timeout, list] of this.lists) {
      while (list.first !== undefined && list.first.deadline <= now) {
        const expired = list.first;
        list.remove(expired);
        this.onExpired(expired);
      }
      // A timeout that nobody uses now is forgotten, so that per-call timeouts cannot pile up lists.
      if (list.first === undefined) this.lists.delete(timeout);
      else this.armedFor = Math.min(this.armedFor, list.first.deadline);
    }
    if (this.armedFor < Number.POSITIVE_INFINITY) this.arm(this.armedFor);
  }
}

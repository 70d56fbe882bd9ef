import type { Clock, ClockTimer, Ms } from '../contract/index.js';
import { DeadlineList } from './deadline-list.js';
import type { RunGuard } from './run-guard.js';

/** So many lists may stand empty until the next sweep: a task's list is not made anew for each of its jobs. */
const SPARE_LISTS = 64;

/**
 * All deadlines of a process on one timer. A list for each timeout in use keeps its runs ordered by itself, so adding and
 * removing are a few assignments; Node keeps its own timers that way. A timer a job would cost 0.27 µs.
 */
export class Deadlines {
  private readonly lists = new Map<Ms, DeadlineList<RunGuard>>();
  private timer: ClockTimer | undefined;
  private armedFor = Number.POSITIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly onExpired: (guard: RunGuard) => void,
  ) {}

  add(guard: RunGuard, timeout: Ms, from: number): void {
    let list = this.lists.get(timeout);
    if (list === undefined) this.lists.set(timeout, (list = new DeadlineList(timeout)));
    guard.deadline = from + timeout;
    list.insert(guard);
    if (guard.deadline < this.armedFor) this.arm(guard.deadline);
  }

  /** Does nothing when its deadline has passed, or was forgotten. */
  remove(guard: RunGuard): void {
    const { list } = guard;
    if (list === undefined) return;
    list.remove(guard);
    // Timeouts that differ from call to call must not pile up lists until the earliest of them is due.
    if (list.first === undefined && this.lists.size > SPARE_LISTS) this.lists.delete(list.timeout);
  }

  /** Disarms the timer and forgets every deadline. It can be used again. */
  close(): void {
    this.timer?.cancel();
    this.armedFor = Number.POSITIVE_INFINITY;
    for (const list of this.lists.values()) {
      while (list.first !== undefined) list.remove(list.first);
    }
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
    for (const list of this.lists.values()) {
      for (let { first } = list; first !== undefined && first.deadline <= now; { first } = list) {
        list.remove(first);
        this.onExpired(first);
      }
      if (list.first === undefined) this.lists.delete(list.timeout);
      else this.armedFor = Math.min(this.armedFor, list.first.deadline);
    }
    if (this.armedFor < Number.POSITIVE_INFINITY) this.arm(this.armedFor);
  }
}

import type { Ms } from '../contract/index.js';

/** What stands in a list: it carries its links itself, so that a deadline costs no object. */
export interface Listed<T extends Listed<T>> {
  deadline: number;
  list: DeadlineList<T> | undefined;
  previous: T | undefined;
  following: T | undefined;
}

/** Runs with the same timeout, in the order of their deadlines. */
export class DeadlineList<T extends Listed<T>> {
  first: T | undefined = undefined;
  private last: T | undefined = undefined;

  constructor(readonly timeout: Ms) {}

  /** Nearly always at the end, since runs with the same timeout begin one after the other. */
  insert(guard: T): void {
    let before = this.last;
    while (before !== undefined && before.deadline > guard.deadline) before = before.previous;
    const after = before === undefined ? this.first : before.following;
    guard.list = this;
    guard.previous = before;
    guard.following = after;
    if (before === undefined) this.first = guard;
    else before.following = guard;
    if (after === undefined) this.last = guard;
    else after.previous = guard;
  }

  remove(guard: T): void {
    const { previous, following } = guard;
    if (previous === undefined) this.first = following;
    else previous.following = following;
    if (following === undefined) this.last = previous;
    else following.previous = previous;
    guard.list = undefined;
    guard.previous = undefined;
    guard.following = undefined;
  }
}

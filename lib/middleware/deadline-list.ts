import type { Ms } from '../contract/index.js';
import type { RunGuard } from './run-guard.js';

/** Runs with the same timeout, in the order of their deadlines: linked through the guards, so that none costs an object. */
export class DeadlineList {
  first: RunGuard | undefined = undefined;
  private last: RunGuard | undefined = undefined;

  constructor(readonly timeout: Ms) {}

  /** Nearly always at the end, since runs with the same timeout begin one after the other. */
  insert(guard: RunGuard): void {
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

  remove(guard: RunGuard): void {
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

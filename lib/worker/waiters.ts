interface Waiter {
  readonly isOver: () => boolean;
  readonly tell: () => void;
}

/** Those who wait for a state of something that says when it has changed. */
export class Waiters {
  private waiting: Waiter[] = [];

  when(isOver: () => boolean): Promise<void> {
    return isOver() ? Promise.resolve() : new Promise((tell) => this.waiting.push({ isOver, tell }));
  }

  /** It has changed. */
  look(): void {
    if (this.waiting.length === 0) return;
    const over = this.waiting.filter(({ isOver }) => isOver());
    this.waiting = this.waiting.filter((one) => !over.includes(one));
    for (const { tell } of over) tell();
  }
}

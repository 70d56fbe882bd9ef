import { AssertionError } from 'node:assert';
// By their own names, and not from the globals: fake timers of a test runner would never fire.
import { clearTimeout, setTimeout } from 'node:timers';
import type { Ms } from '../../contract/index.js';

/** How long a test waits in real time for jobs that run: a test that hangs says nothing, an error does. */
export class Patience {
  readonly isOver: Promise<void>;
  private hasEnded = false;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly timeout: Ms) {
    let end: () => void = () => undefined;
    this.isOver = new Promise((resolve) => (end = resolve));
    this.timer = setTimeout(() => {
      this.hasEnded = true;
      end();
    }, timeout);
  }

  /** @throws AssertionError naming what runs, when it is over */
  check(running: readonly string[]): void {
    if (!this.hasEnded) return;
    const what = running.length === 0 ? 'Jobs that enqueue each other' : running.join(', ');
    throw new AssertionError({
      message: `After ${this.timeout} ms there is still something to run: ${what}. A handler that waits for the clock of the test goes on when \`tasks.clock.advance(ms)\` moves it.`,
      operator: 'drain',
    });
  }

  end(): void {
    clearTimeout(this.timer);
  }
}

import { TaskContextError } from '../errors/index.js';

/** Holds a carrier to its word: that it calls the body once, before it returns. A run that hung or ran twice would be worse than one that fails. */
export class SingleEntry<T> {
  private state: 'outside' | 'entered' | 'returned' | 'threw' | 'closed' = 'outside';
  private result: T | undefined;
  private thrown: unknown;

  constructor(
    private readonly carrier: string,
    private readonly body: () => T,
  ) {}

  /**
   * @param pass Calls the carrier.
   * @returns what the body returned. What the carrier throws or returns once the body has returned changes nothing: the run has begun.
   */
  through(pass: (enter: () => T) => unknown): T {
    try {
      quieten(pass(() => this.enter()));
    } catch (error) {
      if (this.state === 'outside') {
        this.state = 'closed';
        throw error;
      }
    }
    if (this.state === 'threw') throw this.thrown;
    if (this.state === 'outside') {
      this.state = 'closed';
      throw new TaskContextError(`${this.carrier}: run() did not call what it was given before it returned.`);
    }
    return this.result as T;
  }

  private enter(): T {
    if (this.state !== 'outside') {
      throw new TaskContextError(
        `${this.carrier}: run() called what it was given too late, or a second time.`,
      );
    }
    this.state = 'entered';
    try {
      this.result = this.body();
      this.state = 'returned';
      return this.result;
    } catch (error) {
      this.state = 'threw';
      this.thrown = error;
      throw error;
    }
  }
}

/** A `run` that is `async` gives a promise of its own, whose rejection nobody would handle. */
function quieten(returned: unknown): void {
  if (returned instanceof Promise) returned.catch(() => undefined);
}

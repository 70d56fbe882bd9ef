import { AsyncResource } from 'node:async_hooks';

/**
 * After this many turns in microtasks one goes through the event loop. Work that never waits for I/O would else starve
 * timers and sockets: leases would not be kept and deadlines would not fire.
 */
const MICROTASK_TURNS = 64;

/**
 * Calls a body once however often it is asked within a turn, after everything that is ready now: so the ends of jobs that
 * finish together travel together.
 *
 * The body runs in the asynchronous context in which the turn was made, not in that of whoever asked: an enqueue inside of
 * a request wakes the loop, and every later job would else see that request's `AsyncLocalStorage` and keep it alive.
 */
export class Turn {
  private readonly scope = new AsyncResource('TaskTurn');
  private asked = false;
  private turns = 0;

  /** @param microtaskTurns After so many turns in microtasks one goes through the event loop. */
  constructor(
    private readonly body: () => void,
    private readonly microtaskTurns = MICROTASK_TURNS,
  ) {}

  ask(): void {
    if (this.asked) return;
    this.asked = true;
    if (++this.turns % this.microtaskTurns === 0) setImmediate(this.take);
    else queueMicrotask(this.take);
  }

  /** The same, after one turn of the event loop. */
  askLater(): void {
    if (this.asked) return;
    this.asked = true;
    setImmediate(this.take);
  }

  private readonly take = (): void => {
    this.asked = false;
    this.scope.runInAsyncScope(this.body);
  };
}

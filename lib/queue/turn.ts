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
  /** Asked to come in this turn; a later one is not needed then. */
  private askedNow = false;
  private turns = 0;
  private immediate: NodeJS.Immediate | undefined;

  /** @param microtaskTurns After so many turns in microtasks one goes through the event loop. */
  constructor(
    private readonly body: () => void,
    private readonly microtaskTurns = MICROTASK_TURNS,
  ) {}

  ask(): void {
    if (this.askedNow) return;
    this.asked = true;
    this.askedNow = true;
    if (++this.turns % this.microtaskTurns === 0) this.immediate = setImmediate(this.take);
    else queueMicrotask(this.take);
  }

  /** The same, after a turn of the event loop; unless it is asked to come sooner. */
  askLater(): void {
    if (this.asked) return;
    this.asked = true;
    this.immediate = setImmediate(this.take);
  }

  /** Takes back what was asked. */
  cancel(): void {
    clearImmediate(this.immediate);
    this.asked = false;
    this.askedNow = false;
  }

  private readonly take = (): void => {
    if (!this.asked) return;
    this.asked = false;
    this.askedNow = false;
    this.scope.runInAsyncScope(this.body);
  };
}

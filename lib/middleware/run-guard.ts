import type { TaskExecutionContext } from '../contract/index.js';
import { LeaseLostError, TaskCancelledError, TasksClosedError } from '../errors/index.js';
import type { DeadlineList, Listed } from './deadline-list.js';

/** A context whose run can be ended from outside before its handler is done; the executor's are. */
export interface Interruptible {
  /** What the run was interrupted with. */
  interruption: Error | undefined;
  /** Ends the run in its pipeline, while there is one to end. */
  guard: RunGuard | undefined;
  /** Aborts the signal, and ends the run at once with the error. */
  interrupt(error: Error): void;
}

export type InterruptibleContext = TaskExecutionContext & Partial<Interruptible>;

/** Told when a guard ends its run while the handler goes on. */
export interface GuardKeeper {
  abandon(guard: RunGuard): void;
}

/**
 * Whether a run was ended by somebody else's word (cancel, lost lease, shutdown), which says nothing about its task. A
 * timeout does say something.
 */
export function endedFromOutside(ctx: InterruptibleContext): boolean {
  const { interruption } = ctx;
  return (
    interruption !== undefined &&
    (interruption instanceof TaskCancelledError ||
      interruption instanceof LeaseLostError ||
      interruption instanceof TasksClosedError)
  );
}

/**
 * Stands between a run and its handler: whichever comes first, the handler's end or an interruption, is what the
 * run ends with. Also the node of its deadline list, so that a deadline costs no object of its own.
 */
export class RunGuard implements Listed<RunGuard> {
  deadline = 0;
  list: DeadlineList<RunGuard> | undefined = undefined;
  previous: RunGuard | undefined = undefined;
  following: RunGuard | undefined = undefined;
  isOpen = true;

  constructor(
    readonly ctx: InterruptibleContext,
    private readonly keeper: GuardKeeper,
    private readonly resolve: (result: unknown) => void,
    private readonly reject: (error: unknown) => void,
  ) {}

  completed(result: unknown): void {
    this.isOpen = false;
    this.resolve(result);
  }

  failed(error: unknown): void {
    this.isOpen = false;
    this.reject(error);
  }

  /** Ends the run now; the handler may go on as a zombie. Does nothing when it has ended. */
  interrupt(error: Error): void {
    if (!this.isOpen) return;
    this.keeper.abandon(this);
    this.failed(error);
  }
}

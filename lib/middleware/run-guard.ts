import type { TaskExecutionContext } from '../contract/index.js';
import { LeaseLostError, TaskCancelledError, TasksClosedError } from '../errors/index.js';
import type { DeadlineList, Listed } from './deadline-list.js';
import type { StepEnd } from './step.js';

/** A context whose run can be ended from outside before its handler is done; the executor's are. */
export interface Interruptible {
  /** What the run was interrupted with. */
  interruption: Error | undefined;
  /** When its pipeline ended, once the metrics have read the clock; 0 before. */
  endedAt: number;
  /** Ends the run in its pipeline, while there is one to end. */
  guard: RunGuard | undefined;
  /** Aborts the signal, and ends the run at once with the error. */
  interrupt(error: Error): void;
  /** Whether the retry policy makes a dead letter of the job when its run ends with this error. */
  isFinal(error: unknown): boolean;
}

export type InterruptibleContext = TaskExecutionContext & Partial<Interruptible>;

/** Told of what becomes of the runs that guards stand in. */
export interface GuardKeeper {
  /** The handler is done, in time. */
  close(guard: RunGuard): void;
  /** The run ends, its handler does not. */
  abandon(guard: RunGuard): void;
  /** The handler of an abandoned run is done at last. */
  rest(): void;
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
export class RunGuard implements StepEnd, Listed<RunGuard> {
  deadline = 0;
  list: DeadlineList<RunGuard> | undefined = undefined;
  previous: RunGuard | undefined = undefined;
  following: RunGuard | undefined = undefined;
  private isOpen = true;

  constructor(
    readonly ctx: InterruptibleContext,
    private readonly keeper: GuardKeeper,
    private readonly end: StepEnd,
  ) {}

  completed(result: unknown): void {
    if (this.close()) this.end.completed(result);
  }

  failed(error: unknown): void {
    if (this.close()) this.end.failed(error);
  }

  /** Ends the run now; the handler may go on as a zombie. Does nothing when it has ended. */
  interrupt(error: Error): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.keeper.abandon(this);
    this.end.failed(error);
  }

  /** The handler is done. @returns whether its run was still open */
  private close(): boolean {
    if (!this.isOpen) {
      this.keeper.rest();
      return false;
    }
    this.isOpen = false;
    this.keeper.close(this);
    return true;
  }
}

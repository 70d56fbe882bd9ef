import type { Clock, TaskCallHandler, TaskMiddleware } from '../contract/index.js';
import { TaskTimeoutError } from '../errors/index.js';
import { Deadlines } from './deadlines.js';
import { type GuardKeeper, type InterruptibleContext, RunGuard } from './run-guard.js';
import type { Zombies } from './zombies.js';

/**
 * Ends a run at its timeout, and at any other interruption (cancel, lost lease, shutdown), whether its handler listens to
 * the signal or not. A handler that goes on is a zombie: its late end is ignored, and it is counted. Built in, innermost.
 */
export class TimeoutMiddleware implements TaskMiddleware, GuardKeeper {
  private readonly deadlines: Deadlines;

  constructor(
    clock: Clock,
    private readonly zombies: Zombies,
  ) {
    this.deadlines = new Deadlines(clock, (guard) => this.expire(guard));
  }

  intercept(ctx: InterruptibleContext, next: TaskCallHandler): Promise<unknown> {
    if (ctx.interruption !== undefined) return Promise.reject(ctx.interruption);
    return new Promise((resolve, reject) => {
      const guard = new RunGuard(ctx, this, resolve, reject);
      ctx.guard = guard;
      this.deadlines.add(guard, ctx.timeout, ctx.startedAt);
      next.handle().then(
        (result) => (this.close(guard) ? guard.completed(result) : undefined),
        (error: unknown) => (this.close(guard) ? guard.failed(error) : undefined),
      );
    });
  }

  /** Disarms the timer, once nothing runs any more; for the end of the application. */
  stop(): void {
    this.deadlines.close();
  }

  /** The run ends, its handler does not. */
  abandon(guard: RunGuard): void {
    this.deadlines.remove(guard);
    guard.ctx.guard = undefined;
    this.zombies.rise();
  }

  /** The handler is done. @returns whether its run was still open */
  private close(guard: RunGuard): boolean {
    if (!guard.isOpen) {
      this.zombies.rest();
      return false;
    }
    this.deadlines.remove(guard);
    guard.ctx.guard = undefined;
    return true;
  }

  private expire(guard: RunGuard): void {
    const error = new TaskTimeoutError(guard.ctx.job.name, guard.ctx.timeout);
    if (guard.ctx.interrupt === undefined) guard.interrupt(error);
    else guard.ctx.interrupt(error);
  }
}

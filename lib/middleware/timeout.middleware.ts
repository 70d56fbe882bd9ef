import type { Clock } from '../contract/index.js';
import { TaskTimeoutError } from '../errors/index.js';
import { Deadlines } from './deadlines.js';
import { DirectMiddleware } from './direct.middleware.js';
import { type GuardKeeper, type InterruptibleContext, RunGuard } from './run-guard.js';
import type { Step, StepEnd } from './step.js';
import type { Zombies } from './zombies.js';

/**
 * Ends a run at its timeout, and at any other interruption (cancel, lost lease, shutdown), whether its handler listens to
 * the signal or not. A handler that goes on is a zombie: its late end is ignored, and it is counted. Built in, innermost.
 */
export class TimeoutMiddleware extends DirectMiddleware implements GuardKeeper {
  private readonly deadlines: Deadlines;

  constructor(
    clock: Clock,
    private readonly zombies: Zombies,
  ) {
    super();
    this.deadlines = new Deadlines(clock, (guard) => this.expire(guard));
  }

  step(ctx: InterruptibleContext, next: Step, end: StepEnd): void {
    if (ctx.interruption !== undefined) return end.failed(ctx.interruption);
    const guard = new RunGuard(ctx, this, end);
    ctx.guard = guard;
    this.deadlines.add(guard, ctx.timeout, ctx.startedAt);
    next(ctx, guard);
  }

  /** Disarms the timer, once nothing runs any more; for the end of the application. */
  stop(): void {
    this.deadlines.close();
  }

  close(guard: RunGuard): void {
    this.deadlines.remove(guard);
    guard.ctx.guard = undefined;
  }

  abandon(guard: RunGuard): void {
    this.close(guard);
    this.zombies.rise();
  }

  rest(): void {
    this.zombies.rest();
  }

  private expire(guard: RunGuard): void {
    const error = new TaskTimeoutError(guard.ctx.job.name, guard.ctx.timeout);
    if (guard.ctx.interrupt === undefined) guard.interrupt(error);
    else guard.ctx.interrupt(error);
  }
}

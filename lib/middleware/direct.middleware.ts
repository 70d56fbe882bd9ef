import type { TaskCallHandler, TaskExecutionContext, TaskMiddleware } from '../contract/index.js';
import { promiseOf, type Step, type StepEnd, stepOf } from './step.js';

/** The form of the built-in middleware: without a promise of its own, yet usable as any other. */
export abstract class DirectMiddleware implements TaskMiddleware {
  abstract step(ctx: TaskExecutionContext, next: Step, end: StepEnd): void;

  intercept(ctx: TaskExecutionContext, next: TaskCallHandler): Promise<unknown> {
    const inner = stepOf(() => next.handle());
    return promiseOf((_, end) => this.step(ctx, inner, end), ctx);
  }
}

/** Sees how each run ends, and changes nothing about it. */
export abstract class ObservingMiddleware extends DirectMiddleware {
  /** Called before the run; nothing by default. */
  protected begins?(ctx: TaskExecutionContext): void;
  abstract completes(ctx: TaskExecutionContext, result: unknown): void;
  abstract fails(ctx: TaskExecutionContext, error: unknown): void;

  step(ctx: TaskExecutionContext, next: Step, end: StepEnd): void {
    try {
      this.begins?.(ctx);
    } catch {
      // As in ObservedEnd: an observer changes nothing about a run.
    }
    next(ctx, new ObservedEnd(this, ctx, end));
  }
}

class ObservedEnd implements StepEnd {
  constructor(
    private readonly observer: ObservingMiddleware,
    private readonly ctx: TaskExecutionContext,
    private readonly end: StepEnd,
  ) {}

  // A logger that throws must neither hold up the end of a run nor end the process by an unhandled rejection.
  completed(result: unknown): void {
    try {
      this.observer.completes(this.ctx, result);
    } catch {
      // As said above.
    }
    this.end.completed(result);
  }

  failed(error: unknown): void {
    try {
      this.observer.fails(this.ctx, error);
    } catch {
      // As said above.
    }
    this.end.failed(error);
  }
}

import type { TaskExecutionContext } from '../contract/index.js';
import type { TaskContextCarriers } from '../context/index.js';
import { DirectMiddleware } from './direct.middleware.js';
import type { Step, StepEnd } from './step.js';

/** Runs a job in the context that came along with it. Built in, inside the timeout; there only where something is carried. */
export class ContextMiddleware extends DirectMiddleware {
  constructor(private readonly carriers: TaskContextCarriers) {
    super();
  }

  step(ctx: TaskExecutionContext, next: Step, end: StepEnd): void {
    try {
      this.carriers.run(ctx.headers, () => next(ctx, end));
    } catch (error) {
      // A step never throws: this is a carrier's, and the run has not begun.
      end.failed(error);
    }
  }
}

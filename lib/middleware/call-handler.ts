import type { TaskCallHandler, TaskExecutionContext } from '../contract/index.js';

/** One composed step: a middleware with all that is behind it, or the handler itself. */
export type Step = (ctx: TaskExecutionContext) => Promise<unknown>;

/** What a middleware gets as `next`: a step bound to its context. One small object a middleware and job. */
export class BoundCallHandler implements TaskCallHandler {
  constructor(
    private readonly step: Step,
    private readonly ctx: TaskExecutionContext,
  ) {}

  handle(): Promise<unknown> {
    return this.step(this.ctx);
  }
}

import type { TaskCallHandler, TaskExecutionContext, TaskMiddleware } from '../contract/index.js';
import { DirectMiddleware } from './direct.middleware.js';
import { promiseOf, type Step, stepOf } from './step.js';

/**
 * Makes one step of a handler and the middleware around it, outermost first. Done once per task and queue.
 *
 * No step throws, also where a handler or a middleware is not `async`: so nobody in the chain has to reckon with two ways
 * to fail.
 *
 * @example
 * const run = compose([logging, metrics, timeout], (ctx) => handler(ctx.payload, ctx));
 * run(ctx, { completed: settle, failed: retry });
 */
export function compose(
  middleware: readonly TaskMiddleware[],
  handler: (ctx: TaskExecutionContext) => unknown,
): Step {
  return middleware.reduceRight<Step>(wrap, stepOf(handler));
}

function wrap(inner: Step, middleware: TaskMiddleware): Step {
  if (middleware instanceof DirectMiddleware) return (ctx, end) => middleware.step(ctx, inner, end);
  return stepOf((ctx) => middleware.intercept(ctx, new BoundCallHandler(inner, ctx)));
}

/** What a middleware gets as `next`: a step bound to its context. */
class BoundCallHandler implements TaskCallHandler {
  constructor(
    private readonly step: Step,
    private readonly ctx: TaskExecutionContext,
  ) {}

  handle(): Promise<unknown> {
    return promiseOf(this.step, this.ctx);
  }
}

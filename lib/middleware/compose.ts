import type { TaskExecutionContext, TaskMiddleware } from '../contract/index.js';
import { BoundCallHandler, type Step } from './call-handler.js';

/**
 * Makes one function of a handler and the middleware around it, outermost first. Done once per task and queue, so that
 * a job pays one call and one small object for each middleware.
 *
 * No step throws and each gives a promise, also where a handler or a middleware is not `async`: so nobody in the chain
 * has to reckon with two ways to fail.
 *
 * @example
 * const run = compose([logging, metrics, timeout], (ctx) => handler(ctx.payload, ctx));
 * await run(ctx);
 */
export function compose(
  middleware: readonly TaskMiddleware[],
  handler: (ctx: TaskExecutionContext) => unknown,
): Step {
  return middleware.reduceRight<Step>(wrap, promised(handler));
}

function wrap(inner: Step, middleware: TaskMiddleware): Step {
  return promised((ctx) => middleware.intercept(ctx, new BoundCallHandler(inner, ctx)));
}

function promised(body: (ctx: TaskExecutionContext) => unknown): Step {
  return (ctx) => {
    try {
      const returned = body(ctx);
      return returned instanceof Promise ? returned : Promise.resolve(returned);
    } catch (error) {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what is thrown goes on unchanged
      return Promise.reject(error);
    }
  };
}

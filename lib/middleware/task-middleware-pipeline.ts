import type { TaskExecutionContext, TaskMiddleware, TaskMiddlewareHooks } from '../contract/index.js';
import { compose } from './compose.js';
import { toMiddleware } from './middleware-form.js';
import { promiseOf } from './step.js';

/**
 * A chain of middleware that can be run by hand, outermost first: for tests of a middleware, or for work that should
 * be wrapped alike without a queue.
 *
 * @example
 * const pipeline = new TaskMiddlewarePipeline([new AuditMiddleware(audit)]);
 * await pipeline.execute(ctx, () => handler(ctx.payload, ctx));
 */
export class TaskMiddlewarePipeline {
  private readonly chain: TaskMiddleware[] = [];

  constructor(middleware: readonly (TaskMiddleware | TaskMiddlewareHooks)[] = []) {
    for (const one of middleware) this.add(one);
  }

  /** Adds one inside the others. @throws TaskRegistrationError for an object of neither form */
  add(middleware: TaskMiddleware | TaskMiddlewareHooks): this {
    this.chain.push(toMiddleware(middleware));
    return this;
  }

  /** One function for many runs; later additions do not reach it. */
  compile(handler: (ctx: TaskExecutionContext) => unknown): (ctx: TaskExecutionContext) => Promise<unknown> {
    const step = compose(this.chain, handler);
    return (ctx) => promiseOf(step, ctx);
  }

  /** Runs the handler inside the chain. */
  execute(ctx: TaskExecutionContext, handler: (ctx: TaskExecutionContext) => unknown): Promise<unknown> {
    return this.compile(handler)(ctx);
  }
}

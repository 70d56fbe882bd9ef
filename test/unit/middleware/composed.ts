import type { TaskExecutionContext, TaskMiddleware } from '../../../lib/contract/index.js';
import { compose, promiseOf } from '../../../lib/middleware/index.js';

/** A handler inside of middleware, as a function that gives a promise. */
export function composed(
  middleware: readonly TaskMiddleware[],
  handler: (ctx: TaskExecutionContext) => unknown,
): (ctx: TaskExecutionContext) => Promise<unknown> {
  const step = compose(middleware, handler);
  return (ctx) => promiseOf(step, ctx);
}

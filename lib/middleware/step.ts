import type { TaskExecutionContext } from '../contract/index.js';

/** Who is told how a step ended: by one call of one of the two, which never throws. */
export interface StepEnd {
  completed(result: unknown): void;
  failed(error: unknown): void;
}

/**
 * One composed step: a middleware with all that is behind it, or the handler itself. It never throws. Its end is told
 * directly instead of by a promise a step: six promises a job were half of what a no-op job cost.
 */
export type Step = (ctx: TaskExecutionContext, end: StepEnd) => void;

/** Runs a step for who wants a promise. */
export function promiseOf(step: Step, ctx: TaskExecutionContext): Promise<unknown> {
  return new Promise((resolve, reject) => {
    step(ctx, { completed: resolve, failed: reject });
  });
}

/** Tells the end of what a body returned, promise or not. */
export function tellEnd(returned: unknown, end: StepEnd): void {
  if (isThenable(returned)) {
    returned.then(
      (result) => end.completed(result),
      (error: unknown) => end.failed(error),
    );
  } else {
    end.completed(returned);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value instanceof Promise ||
    (typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function')
  );
}

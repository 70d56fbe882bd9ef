import type { TaskExecutionContext } from '../contract/index.js';
import { isStream, lastValueOf, untilAborted } from '../handlers/index.js';

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

/** A step of what may throw, and may return a promise or not, or an Observable, whose last value is the result then. */
export function stepOf(body: (ctx: TaskExecutionContext) => unknown): Step {
  return (ctx, end) => {
    let returned: unknown;
    try {
      returned = body(ctx);
    } catch (error) {
      end.failed(error);
      return;
    }
    tellEnd(returned, ctx, end);
  };
}

function tellEnd(returned: unknown, ctx: TaskExecutionContext, end: StepEnd): void {
  const promise = asPromise(returned);
  if (promise === undefined) tellResult(returned, ctx, end);
  else
    promise.then(
      (result) => tellResult(result, ctx, end),
      (error: unknown) => end.failed(error),
    );
}

function tellResult(result: unknown, ctx: TaskExecutionContext, end: StepEnd): void {
  if (!isStream(result)) end.completed(result);
  else
    lastValueOf(untilAborted(result, ctx.signal), `The handler of task "${ctx.job.name}"`).then(
      (value) => end.completed(value),
      (error: unknown) => end.failed(error),
    );
}

/** A thenable of another library could throw, or settle twice, and end its run twice: a promise of ours around it cannot. */
function asPromise(value: unknown): Promise<unknown> | undefined {
  if (value instanceof Promise) return value;
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  return hasThen(value) ? Promise.resolve(value) : undefined;
}

/** A getter that throws is left to `Promise.resolve`, which makes a rejection of it. */
function hasThen(value: object): boolean {
  try {
    return typeof (value as { then?: unknown }).then === 'function';
  } catch {
    return true;
  }
}

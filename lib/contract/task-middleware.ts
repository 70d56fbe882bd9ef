import type { TaskExecutionContext } from './task-context.js';

/** What stands behind a middleware: the next one, and at last the handler. */
export interface TaskCallHandler {
  /** Runs it. The promise is what the handler returns or throws. */
  handle(): Promise<unknown>;
}

/**
 * Wraps every job the way a Nest interceptor wraps a request, without Observables. It is a provider, with injection,
 * and one instance serves all jobs.
 *
 * @example
 * @Injectable()
 * class AuditMiddleware implements TaskMiddleware {
 *   async intercept(ctx: TaskExecutionContext, next: TaskCallHandler) {
 *     const result = await next.handle();
 *     await this.audit.write(ctx.job.id, ctx.job.name, ctx.attempt);
 *     return result;
 *   }
 * }
 */
export interface TaskMiddleware {
  intercept(ctx: TaskExecutionContext, next: TaskCallHandler): Promise<unknown>;
}

/** The same in three hooks. Any of them may be missing; what they return is ignored. */
export interface TaskMiddlewareHooks {
  beforeTask?(ctx: TaskExecutionContext): void | Promise<void>;
  afterTask?(ctx: TaskExecutionContext, result: unknown): void | Promise<void>;
  /** The error goes on to the retry policy afterwards. */
  onTaskError?(ctx: TaskExecutionContext, error: unknown): void | Promise<void>;
}

/** A class of either form. */
export type TaskMiddlewareType = abstract new (...args: never[]) => TaskMiddleware | TaskMiddlewareHooks;

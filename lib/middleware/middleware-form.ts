import { Logger } from '@nestjs/common';
import type { TaskExecutionContext, TaskMiddleware, TaskMiddlewareHooks } from '../contract/index.js';
import { TaskRegistrationError, toErrorRecord } from '../errors/index.js';

const HOOKS = ['beforeTask', 'afterTask', 'onTaskError'] as const;

/**
 * Takes middleware of either form and gives the interceptor form.
 *
 * What `beforeTask` and `afterTask` throw fails the run. What `onTaskError` throws is logged: the job's own error decides
 * whether it is tried again, so nothing may take its place.
 * @throws TaskRegistrationError for an object that has neither `intercept` nor one of the three hooks
 */
export function toMiddleware(instance: TaskMiddleware | TaskMiddlewareHooks): TaskMiddleware {
  const form = instance as Partial<TaskMiddleware & TaskMiddlewareHooks> | null | undefined;
  if (typeof form?.intercept === 'function') return form as TaskMiddleware;
  if (HOOKS.some((hook) => typeof form?.[hook] === 'function')) return fromHooks(form as TaskMiddlewareHooks);
  throw new TaskRegistrationError(
    `${kindOf(instance)} is no middleware: it has neither intercept() nor ${HOOKS.join('(), ')}().`,
  );
}

function fromHooks(hooks: TaskMiddlewareHooks): TaskMiddleware {
  return {
    async intercept(ctx, next) {
      await hooks.beforeTask?.(ctx);
      let result: unknown;
      try {
        result = await next.handle();
      } catch (error) {
        await tellOfError(hooks, ctx, error);
        throw error;
      }
      await hooks.afterTask?.(ctx, result);
      return result;
    },
  };
}

async function tellOfError(
  hooks: TaskMiddlewareHooks,
  ctx: TaskExecutionContext,
  error: unknown,
): Promise<void> {
  try {
    await hooks.onTaskError?.(ctx, error);
  } catch (hookError) {
    new Logger('TaskMiddleware').error(
      `onTaskError of ${kindOf(hooks)} failed: ${toErrorRecord(hookError).message}`,
    );
  }
}

function kindOf(value: unknown): string {
  return (value as { constructor?: { name?: string } } | null | undefined)?.constructor?.name ?? typeof value;
}

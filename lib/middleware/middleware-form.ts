import type { TaskMiddleware, TaskMiddlewareHooks } from '../contract/index.js';
import { TaskRegistrationError } from '../errors/index.js';

const HOOKS = ['beforeTask', 'afterTask', 'onTaskError'] as const;

/**
 * Takes middleware of either form and gives the interceptor form.
 * @throws TaskRegistrationError for an object that has neither `intercept` nor one of the three hooks
 */
export function toMiddleware(instance: TaskMiddleware | TaskMiddlewareHooks): TaskMiddleware {
  if ('intercept' in instance && typeof instance.intercept === 'function') return instance;
  const hooks = instance as TaskMiddlewareHooks;
  if (HOOKS.some((hook) => typeof hooks[hook] === 'function')) return fromHooks(hooks);
  throw new TaskRegistrationError(
    `${instance.constructor.name} is no middleware: it has neither intercept() nor ${HOOKS.join('(), ')}().`,
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
        await hooks.onTaskError?.(ctx, error);
        throw error;
      }
      await hooks.afterTask?.(ctx, result);
      return result;
    },
  };
}

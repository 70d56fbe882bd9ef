import type { ArgumentsHost } from '@nestjs/common';

/** What `getType()` says to guards, interceptors and filters that stand around a task. */
export const TASK_CONTEXT_TYPE = 'task';

/**
 * Whether an enhancer stands around a job: then `getArgs()` is the payload and the {@link TaskContext}, and `switchToRpc()`
 * has them as `getData()` and `getContext()`. For enhancers that stand around requests as well.
 *
 * @example
 * canActivate(host: ExecutionContext): boolean {
 *   if (isTaskContext(host)) return this.mayRun(host.switchToRpc().getContext<TaskContext>().headers);
 *   return this.mayEnter(host.switchToHttp().getRequest());
 * }
 */
export function isTaskContext(host: ArgumentsHost): boolean {
  return host.getType<string>() === TASK_CONTEXT_TYPE;
}

import {
  Body,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  type ParameterDecoratorOptions,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import type { TaskContext } from '../contract/index.js';

/**
 * The payload of the job, through pipes. Needed only for pipes of this one parameter: without a decorator the first parameter
 * of a `@Task()` method is the payload and the second the context, and the pipes of method and class run on the payload.
 *
 * @param pipes Classes or instances, run in this order after those of the class and the method. Or Nest's
 * `{ schema, pipes }`, whose schema is what `StandardSchemaValidationPipe` validates by.
 *
 * @example
 * @Task()
 * async send(@JobPayload(new ValidationPipe({ whitelist: true })) email: SendEmail, ctx: TaskContext) {}
 */
export function JobPayload(
  ...pipes: readonly (Type<PipeTransform> | PipeTransform)[] | readonly [ParameterDecoratorOptions]
): ParameterDecorator {
  // Pipes for bodies know what to do with it: class-validator, Standard Schema.
  return Body(...(pipes as (Type<PipeTransform> | PipeTransform)[]));
}

/** Takes the context out of what an enhanced task is called with. @internal */
export const contextOfJob = (_: unknown, host: ExecutionContext): TaskContext =>
  host.getArgByIndex<TaskContext>(1);

/**
 * The {@link TaskContext} of the job, at any place among the parameters of a `@Task()` method. No pipe touches it.
 *
 * @example
 * @Task()
 * async send(email: Email, @Tenant() tenant?: string, @JobContext() ctx?: TaskContext) {}
 */
export const JobContext: () => ParameterDecorator = createParamDecorator(contextOfJob);

/**
 * The injection token of the {@link TaskContext} of the running job, in request-scoped providers. The same token as Nest's
 * `REQUEST`: in a request it is the request, and in a durable provider what the `ContextIdStrategy` gives as payload.
 */
export const JOB_CONTEXT = REQUEST;

/**
 * Injects the context of the running job. Makes the provider request-scoped: there is one for each run of a job.
 *
 * @example
 * @Injectable()
 * class TenantDatabase {
 *   constructor(@InjectJobContext() private readonly ctx: TaskContext) {}
 *   get tenant() { return this.ctx.headers['tenant']; }
 * }
 */
export function InjectJobContext(): ParameterDecorator & PropertyDecorator {
  return Inject(JOB_CONTEXT);
}

import { type ContextId, ContextIdFactory, type ModuleRef } from '@nestjs/core';
import type { TaskContext } from '../contract/index.js';
import { type InstanceWrapper, moduleRefOf, REQUEST_CONTEXT_ID } from './nest-internals.js';
import type { ProviderSite } from './provider-site.js';

/** Whether an instance has to be made for each run of a job. */
export const isScoped = (wrapper: InstanceWrapper): boolean =>
  wrapper.isTransient || !wrapper.isDependencyTreeStatic();

/**
 * The context id of a job's run: what is made for the run is found by it, and gets the {@link TaskContext} as its request.
 * One for the whole run: a middleware that resolves a request-scoped provider by it gets the instance that the handler has.
 *
 * @param ctx What a middleware or a handler is given.
 * @param moduleRef Any of the app.
 *
 * @example
 * const database = await this.moduleRef.resolve(TenantDatabase, jobContextId(ctx, this.moduleRef), { strict: false });
 */
export function jobContextId(ctx: TaskContext, moduleRef: ModuleRef): ContextId {
  const contextId = ContextIdFactory.getByRequest(ctx as unknown as Record<string, unknown>);
  if (!Object.hasOwn(ctx, REQUEST_CONTEXT_ID)) {
    Reflect.defineProperty(ctx, REQUEST_CONTEXT_ID, { value: contextId });
    moduleRef.registerRequestByContextId(ctx, contextId);
  }
  return contextId;
}

/**
 * The provider's instance for a run, out of the very module that it was found in: another may provide its class, too. A durable one gets
 * what the `ContextIdStrategy` of the app gives as payload for its request, since it outlives the run; what else is made for the run
 * gets the context of the job, before it and after.
 */
export async function instanceFor(ctx: TaskContext, { wrapper, host }: ProviderSite): Promise<object> {
  const moduleRef = moduleRefOf(host);
  const contextId = jobContextId(ctx, moduleRef);
  const resolve = () => moduleRef.resolve<object>(wrapper.token as string, contextId, { strict: true });
  if (!wrapper.isDependencyTreeDurable()) return resolve();
  // Later versions of Nest 12 do so by themselves.
  moduleRef.registerRequestByContextId(contextId.payload, contextId);
  try {
    return await resolve();
  } finally {
    moduleRef.registerRequestByContextId(ctx, contextId);
  }
}

import { type ContextId, ContextIdFactory } from '@nestjs/core';
import type { TaskContext } from '../contract/index.js';
import { type InstanceWrapper, moduleRefOf, REQUEST_CONTEXT_ID } from './nest-internals.js';
import type { ProviderSite } from './provider-site.js';

/** Whether an instance has to be made for each run of a job. */
export const isScoped = (wrapper: InstanceWrapper): boolean =>
  wrapper.isTransient || !wrapper.isDependencyTreeStatic();

/**
 * The context of a run's own providers: one for the whole run, whoever asks, as it is with a request. The run is what they get
 * as `REQUEST`; durable ones get what the `ContextIdStrategy` of the app gives as payload, since they outlive the run.
 */
export function contextIdOf(ctx: TaskContext, { wrapper, host }: ProviderSite): ContextId {
  const contextId = ContextIdFactory.getByRequest(ctx as unknown as Record<string, unknown>);
  if (!Object.hasOwn(ctx, REQUEST_CONTEXT_ID)) {
    Reflect.defineProperty(ctx, REQUEST_CONTEXT_ID, { value: contextId });
    const request = wrapper.isDependencyTreeDurable() ? contextId.payload : ctx;
    moduleRefOf(host).registerRequestByContextId(request, contextId);
  }
  return contextId;
}

/** The provider's instance in the context, out of the very module that it was found in: another may provide its class, too. */
export function instanceIn(contextId: ContextId, { wrapper, host }: ProviderSite): Promise<object> {
  return moduleRefOf(host).resolve<object>(wrapper.token as string, contextId, { strict: true });
}

import type { ProviderSite } from './provider-site.js';
import type { RegisteredHandler } from './registered-handler.js';

/** Makes what runs a `@Task` method. Replaced where more than a plain call is wanted around it. */
export abstract class HandlerFactory {
  abstract create(site: ProviderSite, method: string): RegisteredHandler['invoke'];
}

/**
 * Calls the method on its provider. The method is looked up at each call, so that an APM agent or a test that replaces it
 * on the instance is in effect.
 */
export class DirectHandlerFactory extends HandlerFactory {
  override create({ instance }: ProviderSite, method: string): RegisteredHandler['invoke'] {
    const target = instance as Record<string, RegisteredHandler['invoke']>;
    return (payload, ctx) => (target[method] as RegisteredHandler['invoke'])(payload, ctx);
  }
}

import type { ProviderSite } from './provider-site.js';
import type { HandlerSite } from './provider-sites.js';
import type { RegisteredHandler } from './registered-handler.js';

/** What calls a handler: with the payload, decoded, and the context of the run. */
export type HandlerInvoke = RegisteredHandler['invoke'];

/** Makes what runs a `@Task` method. */
export abstract class HandlerFactory {
  /** @throws TaskRegistrationError for what could not be run as it is written */
  abstract create(handler: HandlerSite): HandlerInvoke;
}

/**
 * Calls the method on its provider. The method is looked up at each call, so that an APM agent or a test that replaces it
 * on the instance is in effect.
 */
export function directCall({ instance }: ProviderSite, method: string): HandlerInvoke {
  const target = instance as Record<string, HandlerInvoke>;
  return (payload, ctx) => (target[method] as HandlerInvoke)(payload, ctx);
}

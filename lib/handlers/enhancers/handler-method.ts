import type { HandlerSite } from '../provider-sites.js';

/** The method as its class has it: it carries the metadata, also where an APM agent has put another on the instance. */
export function methodOf({ owner, method }: HandlerSite): (...args: unknown[]) => unknown {
  return (owner.prototype as Record<string, (...args: unknown[]) => unknown>)[method] as () => unknown;
}

/**
 * What Nest is shown as the instance where it looks for the class behind it: the instance itself may be a double or a proxy,
 * whose class has none of the decorators.
 */
export function standInFor({ owner }: HandlerSite): object {
  return Object.create(owner.prototype as object) as object;
}

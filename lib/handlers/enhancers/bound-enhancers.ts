import type { EnhancerFamily } from '../../contract/index.js';
import { TaskRegistrationError } from '../../errors/index.js';
import type { HandlerSite } from '../provider-sites.js';
import {
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  type ModuleHost,
  PIPES_METADATA,
} from '../nest-internals.js';
import { methodOf } from './handler-method.js';
import type { TaskParameter } from './task-parameters.js';

const METADATA: Readonly<Record<EnhancerFamily, string>> = {
  guards: GUARDS_METADATA,
  interceptors: INTERCEPTORS_METADATA,
  pipes: PIPES_METADATA,
  filters: EXCEPTION_FILTERS_METADATA,
};

const KEYS: readonly unknown[] = Object.values(METADATA);

/** What a family's enhancers are called with; a class may have it as a static method. */
const METHOD: Readonly<Record<EnhancerFamily, string>> = {
  guards: 'canActivate',
  interceptors: 'intercept',
  pipes: 'transform',
  filters: 'catch',
};

/** What the class and the method name: classes and instances, by family. */
export type BoundEnhancers = Readonly<Record<EnhancerFamily, readonly unknown[]>>;

const NONE: BoundEnhancers = { guards: [], interceptors: [], pipes: [], filters: [] };

/**
 * Reads what is bound to methods. One look at the keys comes first, since nearly all methods and classes have none of the four: it is a
 * third of what four looks cost at boot.
 */
export class BoundEnhancersReader {
  /** Classes are looked at once, not for each of their methods. */
  private readonly classes = new WeakMap<object, boolean>();

  of(handler: HandlerSite): BoundEnhancers {
    const { owner } = handler;
    const method = methodOf(handler);
    let isOnClass = this.classes.get(owner);
    if (isOnClass === undefined)
      this.classes.set(owner, (isOnClass = hasAny(Reflect.getMetadataKeys(owner))));
    // A function inherits from no other.
    const isOnMethod = hasAny(Reflect.getOwnMetadataKeys(method));
    if (!isOnClass && !isOnMethod) return NONE;
    const named = (family: EnhancerFamily) =>
      [owner, method].flatMap(
        (target) => (Reflect.getMetadata(METADATA[family], target) as unknown[] | undefined) ?? [],
      );
    return {
      guards: named('guards'),
      interceptors: named('interceptors'),
      pipes: named('pipes'),
      filters: named('filters'),
    };
  }
}

const hasAny = (keys: readonly unknown[]): boolean => keys.some((key) => KEYS.includes(key));

/**
 * Nest makes the enhancers that are named by their class with the classes that it makes itself. Elsewhere it would leave
 * them out in silence, guards among them.
 * @throws TaskRegistrationError
 */
export function assertMade(
  { site, method }: HandlerSite,
  bound: BoundEnhancers,
  parameters: readonly TaskParameter[],
): void {
  const withParameters = { ...bound, pipes: [...bound.pipes, ...parameters.flatMap(({ pipes }) => pipes)] };
  for (const [family, enhancers] of Object.entries(withParameters) as [EnhancerFamily, unknown[]][]) {
    const missing = enhancers.find((enhancer) => isMissing(enhancer, family, site.host));
    if (missing === undefined) continue;
    const { name } = missing as { readonly name: string };
    throw new TaskRegistrationError(
      `${site.type.name}.${method} names ${name} among its ${family}, but Nest makes no ${family} for a provider that it does not make from its class. Provide ${site.type.name} as a class, or name an instance: new ${name}(…).`,
    );
  }
}

function isMissing(enhancer: unknown, family: EnhancerFamily, { injectables }: ModuleHost): boolean {
  if (typeof enhancer !== 'function' || injectables.has(enhancer)) return false;
  return typeof (enhancer as unknown as Record<string, unknown>)[METHOD[family]] !== 'function';
}

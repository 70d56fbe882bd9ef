import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { HandlerClass } from '../decorators/index.js';
import { isFeature } from './task-feature.js';
import { type ProviderSite, siteOf } from './provider-site.js';

/** A method of a provider. */
export interface HandlerSite {
  readonly site: ProviderSite;
  readonly method: string;
  /** The class whose prototype has its metadata, or inherits it. An instance may be of another class: a proxy, a double. */
  readonly owner: HandlerClass;
}

/** A method of a provider that carries what an explorer looks for. */
export interface DecoratedMethod<T> extends HandlerSite {
  readonly metadata: T;
}

/** Walks the providers and controllers of the app for decorated methods. */
export class ProviderSites {
  private found: readonly ProviderSite[] | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /**
   * Every method for which `read` gives something, in the order of the app's modules.
   * @param read is given a prototype and the name of a method on it or on what it inherits from
   * @param isWorthIt whether any method of a prototype may have it
   */
  find<T>(
    read: (prototype: object, method: string) => T | undefined,
    isWorthIt: (prototype: object) => boolean,
  ): DecoratedMethod<T>[] {
    return this.all().flatMap((site) => this.methodsOf(site, read, isWorthIt));
  }

  /**
   * Each object once, whatever tokens it has, and each class that several features bring once. To be asked when every provider has
   * its instance: the answer is kept.
   */
  all(): readonly ProviderSite[] {
    return (this.found ??= this.walk());
  }

  private walk(): ProviderSite[] {
    const seen = new Set<unknown>();
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    return wrappers.flatMap((wrapper) => {
      const site = siteOf(wrapper);
      if (site === undefined) return [];
      const identity = isFeature(site.host) ? site.type : site.instance;
      if (seen.has(identity) || seen.has(site.instance)) return [];
      seen.add(identity).add(site.instance);
      return [site];
    });
  }

  private methodsOf<T>(
    site: ProviderSite,
    read: (prototype: object, method: string) => T | undefined,
    isWorthIt: (prototype: object) => boolean,
  ): DecoratedMethod<T>[] {
    const found = new Map<string, DecoratedMethod<T>>();
    for (const owner of site.classes) {
      const prototype = owner.prototype as object;
      if (!isWorthIt(prototype)) continue;
      for (const method of this.scanner.getAllMethodNames(prototype)) {
        if (found.has(method)) continue;
        const metadata = read(prototype, method);
        if (metadata !== undefined && hasMethod(site.instance, method))
          found.set(method, { site, method, owner, metadata });
      }
    }
    return [...found.values()];
  }
}

/** A test double that stands for the class may lack some of its methods. */
function hasMethod(instance: Record<string, unknown>, method: string): boolean {
  try {
    return typeof instance[method] === 'function';
  } catch {
    return false;
  }
}

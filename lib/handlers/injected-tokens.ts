import type { InjectionToken } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { isClassProvider, declaredTokens, type InstanceWrapper } from './nest-internals.js';

/**
 * Which tokens the app's own classes and factories ask for, by name rather than by type, and who asks. Injection decorators
 * cannot tell of which app of the process they are, but an app knows its classes.
 */
export class InjectedTokens {
  private readonly consumers = new Map<InjectionToken, Set<string>>();

  /** To be made when the app's modules are scanned, which they are before the first provider is made. */
  constructor(modules: ModulesContainer) {
    for (const host of modules.values()) {
      // The core itself asks for nobody: its aliases of forward references lead to whoever names these.
      if (host.providers.has(InjectedTokens)) continue;
      for (const collection of [host.providers, host.controllers, host.injectables]) {
        for (const wrapper of collection.values()) this.read(wrapper);
      }
    }
  }

  /** Names of the classes and factory tokens that ask for it; empty when nobody does. */
  consumersOf(token: InjectionToken): readonly string[] {
    return [...(this.consumers.get(token) ?? [])];
  }

  private read(wrapper: InstanceWrapper): void {
    for (const token of tokensOf(wrapper)) {
      const consumers = this.consumers.get(token) ?? new Set();
      this.consumers.set(token, consumers.add(String(wrapper.name)));
    }
  }
}

function tokensOf(wrapper: InstanceWrapper): InjectionToken[] {
  if (isClassProvider(wrapper)) return declaredTokens(wrapper.metatype as object);
  const given = (wrapper.inject ?? []) as readonly (InjectionToken | { readonly token: InjectionToken })[];
  return given.map((entry) => (typeof entry === 'object' && 'token' in entry ? entry.token : entry));
}

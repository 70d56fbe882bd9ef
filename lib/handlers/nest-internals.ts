import { type InjectionToken, Scope, type ScopeOptions } from '@nestjs/common';
import { SCOPE_OPTIONS_METADATA } from '@nestjs/common/constants.js';
import { PROPERTY_DEPS_METADATA, SELF_DECLARED_DEPS_METADATA } from '@nestjs/common/internal';
import { type ContextId, type DiscoveryService, ModuleRef, type ModulesContainer } from '@nestjs/core';
import type { GuardsContextCreator, Injector } from '@nestjs/core/internal';

/* The one place that names parts of Nest which it does not promise to keep. */

export {
  CUSTOM_ROUTE_ARGS_METADATA,
  EXCEPTION_FILTERS_METADATA,
  type ExceptionFilterMetadata,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
  ROUTE_ARGS_METADATA,
  RouteParamtypes,
  selectExceptionFilterMetadata,
} from '@nestjs/common/internal';
export {
  ContextUtils,
  ExecutionContextHost,
  GuardsContextCreator,
  InterceptorsContextCreator,
  PipesContextCreator,
  REQUEST_CONTEXT_ID,
  STATIC_CONTEXT,
} from '@nestjs/core/internal';
export { ExternalExceptionFilterContext } from '@nestjs/core/exceptions/external-exception-filter-context.js';

/** All modules of the app, and what is global to it. */
export type NestContainer = ConstructorParameters<typeof GuardsContextCreator>[0];

/** The app's global guards, interceptors, pipes and filters. */
export type ApplicationConfig = NonNullable<ConstructorParameters<typeof GuardsContextCreator>[1]>;

/** What Nest keeps of one provider or controller. */
export type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** What Nest keeps of one module. */
export type ModuleHost = ModulesContainer extends Map<string, infer M> ? M : never;

/** Whether the provider is a class that Nest instantiates, not a value or what a factory returned. */
export function isClassProvider(wrapper: InstanceWrapper): boolean {
  return typeof wrapper.metatype === 'function' && wrapper.inject == null && !wrapper.isNotMetatype;
}

/** Whether `@Injectable({ scope })` says that a class has no instance that could serve everybody. */
export function isScopedClass(type: object): boolean {
  const options = Reflect.getMetadata(SCOPE_OPTIONS_METADATA, type) as ScopeOptions | undefined;
  return options?.scope !== undefined && options.scope !== Scope.DEFAULT;
}

/** Whether Nest has refused to make a class by hand, for it depends on what has another scope. By name: not every Nest 12 has the error. */
export const isScopeRefusal = (error: unknown): boolean =>
  error instanceof Error && error.constructor.name === 'RequestScopedCreateException';

/** The tokens that `@Inject(token)` names on the constructor parameters and properties of a class. */
export function declaredTokens(type: object): InjectionToken[] {
  const parameters = (Reflect.getMetadata(SELF_DECLARED_DEPS_METADATA, type) ?? []) as {
    param: InjectionToken;
  }[];
  const properties = (Reflect.getMetadata(PROPERTY_DEPS_METADATA, type) ?? []) as { type: InjectionToken }[];
  return [...parameters.map(({ param }) => param), ...properties.map(({ type: token }) => token)];
}

/**
 * Makes the hooks of a module run outside those of all others: its start-up hooks first and its shutdown hooks last
 * (`first`), or its start-up hooks last and its shutdown hooks first (`last`).
 *
 * Nest sorts modules for hooks by their distance from the root, the farthest first at start-up, and by the reverse at
 * shutdown; the root has 1 and global modules `Number.MAX_VALUE`. Has to be called before the first hook.
 *
 * @returns false where this Nest keeps no such distance: then the order of imports decides
 */
export function orderHooks(host: ModuleHost, place: 'first' | 'last'): boolean {
  if (!('distance' in host)) return false;
  host.distance = place === 'first' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return true;
}

/**
 * Gives a module a value under a token while the app is being made, and exports it. To be called before anybody asks the
 * app for a token by `get()`: from then on Nest goes by what it knows.
 */
export function provideValue(host: ModuleHost, token: string | symbol, value: unknown): void {
  host.addProvider({ provide: token, useValue: value });
  host.addExportedProviderOrModule(token);
}

/** The modules of the app that have a provider under this token. */
export function hostsOf(modules: ModulesContainer, token: InjectionToken): ModuleHost[] {
  return [...modules.values()].filter((host) => host.providers.has(token));
}

/** The modules that import this one, global imports apart. */
export function importersOf(modules: ModulesContainer, host: ModuleHost): ModuleHost[] {
  return [...modules.values()].filter((other) => !host.isGlobal && other.imports.has(host));
}

/** The container of the app that a `ModuleRef` belongs to. */
export function containerOf(moduleRef: ModuleRef): NestContainer {
  return (moduleRef as unknown as { readonly container: NestContainer }).container;
}

/** The `ModuleRef` of a module itself: what it resolves by `strict` is what this module provides. */
export function moduleRefOf(host: ModuleHost): ModuleRef {
  return host.getProviderByKey<ModuleRef>(ModuleRef).instance;
}

/** Makes scoped enhancers, which belong to no provider, for one context. */
export async function loadEnhancers(
  enhancers: readonly InstanceWrapper[],
  { host, wrapper }: { readonly host: ModuleHost; readonly wrapper: InstanceWrapper },
  contextId: ContextId,
): Promise<void> {
  const { injector } = moduleRefOf(host) as unknown as { readonly injector: Injector };
  await injector.loadEnhancersPerContext(wrapper, contextId, wrapper, [...enhancers]);
}

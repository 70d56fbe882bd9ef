import { Scope } from '@nestjs/common';
import type { HandlerClass } from '../decorators/index.js';
import { type InstanceWrapper, isClassProvider, type ModuleHost } from './nest-internals.js';

/** One provider or controller, as the explorers look at it. */
export interface ProviderSite {
  readonly wrapper: InstanceWrapper;
  readonly host: ModuleHost;
  /** Methods are called on it, at call time. */
  readonly instance: Record<string, unknown>;
  /** The class behind it, for names and middleware. */
  readonly type: HandlerClass;
  /** Classes by which callers may know it: `type`, and the token when that is a class. */
  readonly classes: readonly HandlerClass[];
}

/** @returns undefined for what cannot have decorated methods, or cannot be looked at */
export function siteOf(wrapper: InstanceWrapper): ProviderSite | undefined {
  const { host } = wrapper;
  // `useExisting`: the provider it stands for is there under its own token.
  if (wrapper.isAlias || host === undefined) return undefined;
  const instance: unknown = wrapper.instance ?? standIn(wrapper);
  if (typeof instance !== 'object' || instance === null) return undefined;
  const classes = [classBehind(wrapper, instance), wrapper.token].filter(isClass);
  const type = classes[0];
  if (type === undefined) return undefined;
  return {
    wrapper,
    host,
    instance: instance as Record<string, unknown>,
    type,
    classes: [...new Set(classes)],
  };
}

/** Why Nest has no instance of it that could serve every job, if so. */
export function scopeProblem({ wrapper }: ProviderSite): string | undefined {
  if (wrapper.isTransient) return 'a transient provider';
  if (!wrapper.isDependencyTreeStatic()) return 'a request-scoped provider, or depends on one';
  return undefined;
}

/** A scoped factory has made nothing yet; what its token promises is looked at, so that tasks there are refused, not missed. */
function standIn({ scope, token }: InstanceWrapper): object | undefined {
  return scope !== Scope.DEFAULT && isClass(token)
    ? (Object.create(token.prototype as object) as object)
    : undefined;
}

function classBehind(wrapper: InstanceWrapper, instance: object): unknown {
  if (isClassProvider(wrapper)) return wrapper.metatype;
  try {
    // Of a factory or a value only the instance tells; a proxy may throw at any question.
    return Reflect.getPrototypeOf(instance)?.constructor;
  } catch {
    return undefined;
  }
}

const isClass = (value: unknown): value is HandlerClass =>
  typeof value === 'function' && value !== Object && typeof value.prototype === 'object';

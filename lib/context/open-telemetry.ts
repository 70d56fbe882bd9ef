/*
 * The parts of @opentelemetry/api that carry a context, as structures: an API that the app has registered is used, and none is
 * imported. The symbol and the shapes are those of its version 1 (api/src/internal/global-utils.ts, context/types.ts,
 * propagation/TextMapPropagator.ts).
 */

export interface OtelContext {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): OtelContext;
  deleteValue(key: symbol): OtelContext;
}

export interface OtelContextManager {
  active(): OtelContext;
  with<T>(context: OtelContext, body: () => T): T;
}

export interface TextMapSetter {
  set(carrier: Record<string, string>, key: string, value: string): void;
}

export interface TextMapGetter {
  keys(carrier: Readonly<Record<string, string>>): string[];
  get(carrier: Readonly<Record<string, string>>, key: string): string | undefined;
}

export interface OtelPropagator {
  inject(context: OtelContext, carrier: Record<string, string>, setter: TextMapSetter): void;
  extract(
    context: OtelContext,
    carrier: Readonly<Record<string, string>>,
    getter: TextMapGetter,
  ): OtelContext;
}

/** What an app has registered, as far as it is needed here. */
export interface OpenTelemetry {
  readonly context: OtelContextManager;
  readonly propagation: OtelPropagator;
}

/** @returns undefined unless both a context manager and a propagator are registered */
export function registeredOpenTelemetry(): OpenTelemetry | undefined {
  const registry = (globalThis as Record<symbol, unknown>)[Symbol.for('opentelemetry.js.api.1')];
  const { context, propagation } = (registry ?? {}) as Partial<OpenTelemetry>;
  if (typeof context?.active !== 'function' || typeof context.with !== 'function') return undefined;
  if (typeof propagation?.inject !== 'function' || typeof propagation.extract !== 'function')
    return undefined;
  return { context, propagation };
}

/** A context of nothing: where no trace came along, the span in which the worker was started must not stand for one. */
export class RootContext implements OtelContext {
  constructor(private readonly values: ReadonlyMap<symbol, unknown> = new Map()) {}

  getValue(key: symbol): unknown {
    return this.values.get(key);
  }

  setValue(key: symbol, value: unknown): OtelContext {
    return new RootContext(new Map([...this.values, [key, value]]));
  }

  deleteValue(key: symbol): OtelContext {
    return new RootContext(new Map([...this.values].filter(([other]) => other !== key)));
  }
}

import { OptionalPeer } from '../backends/index.js';

/*
 * As much of @opentelemetry/api 1 as is used here, as structures: the types of this package need none of that one.
 */

export type SpanContext = { readonly traceId: string; readonly spanId: string; readonly traceFlags: number };
export type Attributes = Record<string, string | number | boolean | undefined>;

export interface Context {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): Context;
}

export interface Span {
  spanContext(): SpanContext;
  setAttributes(attributes: Attributes): unknown;
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  recordException(error: Error | string): void;
  /** Since 1.9. */
  addLinks?(links: readonly { readonly context: SpanContext }[]): unknown;
  /** @param time In milliseconds since the epoch, or as `performance.now()` has it. */
  end(time?: number): void;
}

export interface SpanOptions {
  readonly kind: number;
  readonly attributes: Attributes;
  readonly links?: { readonly context: SpanContext }[];
  readonly startTime?: number;
  readonly root?: boolean;
}

export interface Tracer {
  startSpan(name: string, options: SpanOptions, context?: Context): Span;
}

export interface OtelApi {
  readonly trace: {
    getTracer(name: string): Tracer;
    setSpan(context: Context, span: Span): Context;
    getSpanContext(context: Context): SpanContext | undefined;
  };
  readonly context: { active(): Context; with<T>(context: Context, body: () => T): T };
  readonly propagation: { extract(context: Context, headers: Readonly<Record<string, string>>): Context };
  readonly ROOT_CONTEXT: Context;
}

/** Numbers of the specification (https://opentelemetry.io/docs/specs/otel/trace/api/#spankind), as the API has them. */
export const SPAN_KIND = { CLIENT: 2, PRODUCER: 3, CONSUMER: 4 } as const;
export const STATUS_ERROR = 2;

const peer = new OptionalPeer({
  name: '@opentelemetry/api',
  range: '^1.9.0',
  neededBy: 'TasksTracingModule',
  load: () => import('@opentelemetry/api'),
});

/** @throws MissingPeerError with the line that installs it */
export const loadOtelApi = async (): Promise<OtelApi> => await peer.load();

import type {
  Attributes,
  Context,
  OtelApi,
  Span,
  SpanContext,
  SpanOptions,
  Tracer,
} from '../../../lib/tracing/otel-api.js';

/** A span as a test looks at it. */
export interface NotedSpan {
  readonly name: string;
  readonly options: SpanOptions;
  /** Id of the span that it is below. */
  readonly parent: string | undefined;
  readonly id: string;
  readonly attributes: Attributes;
  readonly errors: string[];
  links: string[];
  status?: { readonly code: number; readonly message?: string };
  isEnded: boolean;
  /** Where its end was said to be another than now. */
  endedAt?: number;
}

const SPAN = Symbol('span');

class PlainContext implements Context {
  constructor(private readonly values: ReadonlyMap<symbol, unknown> = new Map()) {}

  getValue(key: symbol): unknown {
    return this.values.get(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new PlainContext(new Map(this.values).set(key, value));
  }
}

/** As much of the API of OpenTelemetry as is used, without an SDK; what is active is so while a body runs, and no longer. */
export function anApi(): {
  api: OtelApi;
  tracer: Tracer;
  spans: NotedSpan[];
  activeSpan: () => string | undefined;
} {
  const root = new PlainContext();
  const spans: NotedSpan[] = [];
  let active: Context = root;
  const idIn = (context: Context): string | undefined =>
    (context.getValue(SPAN) as NotedSpan | undefined)?.id;
  const spanOf = (noted: NotedSpan): Span => ({
    spanContext: () => ({ traceId: 'trace', spanId: noted.id, traceFlags: 1 }),
    setAttributes: (attributes) => Object.assign(noted.attributes, attributes),
    setStatus: (status) => (noted.status = status),
    recordException: (error) => void noted.errors.push(typeof error === 'string' ? error : error.message),
    addLinks: (links) => (noted.links = links.map(({ context }) => context.spanId)),
    end: (time) => {
      noted.isEnded = true;
      if (time !== undefined) noted.endedAt = time;
    },
  });
  const byId = new Map<string, NotedSpan>();
  const tracer: Tracer = {
    startSpan(name, options, context = active) {
      const id = `s${spans.length + 1}`;
      const noted: NotedSpan = {
        name,
        options,
        id,
        parent: options.root === true ? undefined : idIn(context),
        attributes: { ...options.attributes },
        errors: [],
        links: (options.links ?? []).map(({ context: linked }) => linked.spanId),
        isEnded: false,
      };
      spans.push(noted);
      byId.set(id, noted);
      return spanOf(noted);
    },
  };
  const contextOf = (id: string): SpanContext => ({ traceId: 'trace', spanId: id, traceFlags: 1 });
  const api: OtelApi = {
    trace: {
      getTracer: () => tracer,
      setSpan: (context, span) => context.setValue(SPAN, { id: span.spanContext().spanId }),
      getSpanContext: (context) => {
        const id = idIn(context);
        return id === undefined ? undefined : contextOf(id);
      },
    },
    context: {
      active: () => active,
      with(context, body) {
        const before = active;
        active = context;
        try {
          return body();
        } finally {
          active = before;
        }
      },
    },
    propagation: {
      extract: (context, { traceparent }) =>
        traceparent === undefined ? context : context.setValue(SPAN, { id: traceparent }),
    },
    ROOT_CONTEXT: root,
  };
  return { api, tracer, spans, activeSpan: () => idIn(active) };
}

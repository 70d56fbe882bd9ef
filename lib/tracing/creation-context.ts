import type { OtelApi, SpanContext } from './otel-api.js';

/** What a span links to. */
export interface SpanLink {
  readonly context: SpanContext;
}

/** Links to where a job comes from, as its headers tell; none where no trace travelled with it. */
export function creationLinks(
  { propagation, trace, ROOT_CONTEXT }: OtelApi,
  headers: Readonly<Record<string, string>> = {},
): SpanLink[] {
  const context = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, headers));
  return context === undefined ? [] : [{ context }];
}

import type { TaskContextCarrier } from '../contract/index.js';
import {
  type OpenTelemetry,
  type OtelContext,
  registeredOpenTelemetry,
  RootContext,
  type TextMapGetter,
  type TextMapSetter,
} from './open-telemetry.js';

/** Bytes of all names and values: `traceparent` has 66, `tracestate` at most 523, and half of what headers may have is left to the app. */
const MOST_BYTES = 2_048;
/** As of any header: well-formed text, nothing that could forge a line of a log. */
const TEXT = /^[^\p{Cc}\p{Cs}]*$/u;

/**
 * Carries the trace context through the OpenTelemetry API that the app has registered: whatever its propagator writes, `traceparent` and
 * `tracestate` of https://www.w3.org/TR/trace-context/ with the usual one. Watching must not stop the work: what does not fit into
 * headers is left out, and what throws is as if it were not there.
 */
export class TraceCarrier implements TaskContextCarrier {
  constructor(private readonly find: () => OpenTelemetry | undefined = registeredOpenTelemetry) {}

  capture(): Readonly<Record<string, string>> | undefined {
    try {
      const api = this.find();
      if (api === undefined) return undefined;
      const written = new FittingHeaders();
      api.propagation.inject(api.context.active(), written.headers, written);
      return written.headers;
    } catch {
      return undefined;
    }
  }

  run<T>(headers: Readonly<Record<string, string>>, body: () => T): T {
    const api = this.find();
    const context = api && extract(api, headers);
    if (api === undefined || context === undefined) return body();
    let hasBegun = false;
    const begin = () => {
      hasBegun = true;
      return body();
    };
    try {
      return api.context.with(context, begin);
    } catch (error) {
      if (hasBegun) throw error;
      return body();
    }
  }
}

function extract(api: OpenTelemetry, headers: Readonly<Record<string, string>>): OtelContext | undefined {
  try {
    return api.propagation.extract(new RootContext(), headers, GETTER);
  } catch {
    return undefined;
  }
}

const GETTER: TextMapGetter = {
  keys: (headers) => Object.keys(headers),
  get: (headers, key) => (Object.hasOwn(headers, key) ? headers[key] : undefined),
};

/** Takes what a propagator writes, in its order, as far as it can be headers. */
class FittingHeaders implements TextMapSetter {
  readonly headers: Record<string, string> = {};
  private bytes = 0;

  set(headers: Record<string, string>, key: string, value: string): void {
    if (typeof value !== 'string' || key === '' || key === '__proto__' || !TEXT.test(key + value)) return;
    const size = Buffer.byteLength(key) + Buffer.byteLength(value);
    if (this.bytes + size > MOST_BYTES) return;
    this.bytes += size;
    headers[key] = value;
  }
}

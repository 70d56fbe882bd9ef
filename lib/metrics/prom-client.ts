import { OptionalPeer } from '../backends/index.js';

/** One series of a metric, as prom-client writes it. */
export interface PromSample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Of a histogram: `_bucket`, `_sum` and `_count` are names of their own. */
  readonly metricName?: string;
}

/** What a registry asks a metric for. */
export interface PromMetric {
  name: string;
  get(): Promise<{
    readonly name: string;
    readonly help: string;
    readonly type: string;
    readonly aggregator: string;
    readonly values: readonly PromSample[];
  }>;
  reset(): void;
}

/** As much of a `Registry` of prom-client as is used here: any of version 15 fits. */
export interface PromRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
  registerMetric(metric: never): void;
  getSingleMetric(name: string): unknown;
  removeSingleMetric(name: string): void;
}

/** As much of the package. */
export interface PromClient {
  readonly Registry: new () => PromRegistry;
  readonly register: PromRegistry;
  collectDefaultMetrics(options: { readonly register: never }): void;
}

const peer = new OptionalPeer({
  name: 'prom-client',
  range: '^15.1.0',
  neededBy: 'TasksMetricsModule',
  load: () => import('prom-client'),
});

/** @throws MissingPeerError with the line that installs it */
export async function loadPromClient(): Promise<PromClient> {
  const loaded: unknown = await peer.load();
  // A CommonJS package: what it exports is all there under `default`, and by name where Node could tell.
  const { default: whole } = loaded as { default?: PromClient };
  return whole ?? (loaded as PromClient);
}

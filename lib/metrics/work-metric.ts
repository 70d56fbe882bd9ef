import type { MetricEntry } from './metric-catalogue.js';
import type { PromMetric, PromSample } from './prom-client.js';

/** One metric of ours in a registry of prom-client, which reads it when somebody scrapes. */
export class WorkMetric implements PromMetric {
  /** Not read-only: a registry of OpenMetrics takes `_total` off a counter's name. */
  name: string;
  readonly help: string;
  readonly type: string;
  /** How prom-client adds up the processes of a cluster. */
  readonly aggregator = 'sum';

  constructor(
    entry: MetricEntry,
    prefix: string,
    private readonly read: (name: string) => readonly PromSample[] | Promise<readonly PromSample[]>,
    readonly reset: () => void,
  ) {
    this.name = prefix + entry.name;
    this.help = entry.help;
    this.type = entry.type;
  }

  async get() {
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values: await this.read(name) };
  }
}

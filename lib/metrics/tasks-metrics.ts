import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { InvalidOptionError } from '../errors/index.js';
import type { WorkProbes } from '../events/index.js';
import type { MetricSources } from './metric-set.js';
import type { PromRegistry } from './prom-client.js';
import type { WorkMetric } from './work-metric.js';

export interface TasksMetricsParts {
  readonly registry: PromRegistry;
  readonly metrics: readonly WorkMetric[];
  readonly sources: MetricSources;
  readonly probes: WorkProbes;
  /** Tasks of this process and the queue of each: their series are there from the start. */
  readonly tasks: () => readonly { readonly queue: string; readonly task: string }[];
}

/**
 * The metrics of the app's tasks, in a registry of prom-client. The module's controller serves them; an app with an endpoint of its own
 * injects this.
 *
 * @example
 * constructor(private readonly metrics: TasksMetrics) {}
 * const { contentType, body } = await this.metrics.scrape();
 */
export class TasksMetrics implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopWatching: () => void;

  /** @throws InvalidOptionError when the registry has metrics of these names already */
  constructor(private readonly parts: TasksMetricsParts) {
    const { registry, metrics, probes, sources } = parts;
    const taken = metrics.find(({ name }) => registry.getSingleMetric(name) !== undefined);
    if (taken !== undefined) {
      const message = `has a metric ${taken.name} already, of another app in this process: give each a registry, or a prefix, of its own`;
      throw new InvalidOptionError([{ path: 'metrics.registry', message }]);
    }
    for (const metric of metrics) registry.registerMetric(metric as never);
    this.stopWatching = probes.add(sources.work);
    sources.lag.start();
  }

  /** Where the metrics are. */
  get registry(): PromRegistry {
    return this.parts.registry;
  }

  /** The text of all that is in the registry. Never waits longer for a backend than `scrapeTimeout`. */
  async scrape(): Promise<{ readonly contentType: string; readonly body: string }> {
    const { registry } = this.parts;
    return { contentType: registry.contentType, body: await registry.metrics() };
  }

  /** A counter that begins with its first job would hide that one from `rate()`. */
  onApplicationBootstrap(): void {
    const { tasks, sources } = this.parts;
    for (const { queue, task } of tasks()) sources.work.tasks.of(queue, task);
  }

  async onApplicationShutdown(): Promise<void> {
    const { registry, metrics, sources } = this.parts;
    this.stopWatching();
    sources.lag.stop();
    await Promise.all(sources.queues.map((queue) => queue.stop()));
    for (const metric of metrics) {
      if (registry.getSingleMetric(metric.name) === metric) registry.removeSingleMetric(metric.name);
    }
  }
}

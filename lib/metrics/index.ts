export type { TasksMetricsAsyncOptions, TasksMetricsOptions, TasksMetricsRoute } from './metrics-options.js';
export type { PromRegistry } from './prom-client.js';
export { METRIC_CATALOGUE, type MetricEntry } from './metric-catalogue.js';
export { TasksMetrics } from './tasks-metrics.js';
export { TasksMetricsModule } from './tasks-metrics.module.js';

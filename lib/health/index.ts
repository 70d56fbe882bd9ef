export type { HealthThresholds, TasksHealthOptions } from './health-options.js';
export type * from './task-health.js';
export { TasksHealth } from './tasks-health.js';
export { TasksHealthIndicator, type TasksIndicatorResult } from './tasks-health.indicator.js';
export { TasksHealthModule } from './tasks-health.module.js';

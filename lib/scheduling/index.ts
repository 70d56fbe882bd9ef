export { CronExpression, type CronExpressionOptions } from './cron/cron-expression.js';
export { AdoptingAccessor } from './cron-adoption.js';
export { ScheduleExplorer } from './schedule-explorer.js';
export { Scheduled, type ScheduledMethod, type ScheduledTiming } from './scheduled.decorator.js';
export type { SchedulerStatus } from './scheduler-runner.js';
export { type ScheduledTask, scheduledTasks } from './scheduled-tasks.js';
export { Scheduling } from './scheduling.js';
export { StateSchedulerStore } from './state-scheduler.store.js';
export { TaskScheduler } from './task-scheduler.js';

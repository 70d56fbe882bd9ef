export * from './background.decorator.js';
export * from './background-task-manager.js';
export * from './on-error-policy.js';
export { ScheduledWorker } from './scheduled-worker.js';
export * from './scheduled-workers.js';
export type { ScheduledWorkerOptions } from './worker-plan.js';

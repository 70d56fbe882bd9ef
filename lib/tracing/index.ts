export { TasksTracingModule, type TasksTracingOptions } from './tasks-tracing.module.js';

export type * from './execution-record.js';
export { type HistoryQuery, TaskDashboard } from './task-dashboard.js';
export { TasksDashboardModule, type TasksDashboardOptions } from './tasks-dashboard.module.js';

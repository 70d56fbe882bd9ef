export type { FastCheck } from './fast-check.js';
export { testTaskBackendModel } from './test-task-backend-model.js';

export type { FastCheckLibrary } from './fast-check-library.js';
export { testTaskBackendModel } from './test-task-backend-model.js';

export type { EnqueuedJob } from './enqueued-job.js';
export {
  type CallPayload,
  type PayloadWanted,
  TasksTesting,
  type TaskMethod,
  type TestRunOptions,
} from './tasks-testing.js';
export { TasksTestingModule } from './tasks-testing.module.js';
export type { TestRuns } from './test-worker.js';
export type { TasksTestingOptions } from './testing-stage.js';

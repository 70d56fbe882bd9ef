export type {
  BackendHarness,
  BackendUnderTest,
  DefineRunnerTest,
  TestRunner,
  TestTransaction,
} from './harness.js';
export { testTaskBackend } from './test-task-backend.js';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackendModel } from 'nestjs-tasks/testing';
import { postgresHarness } from '../contract/postgres-harness.js';

testTaskBackendModel({ describe, it, beforeAll, afterAll }, { ...postgresHarness, shareOfRuns: 0.25 }, fc);

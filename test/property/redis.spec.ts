import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackendModel } from 'nestjs-tasks/testing';
import { redisHarness } from '../contract/redis-harness.js';

testTaskBackendModel({ describe, it, beforeAll, afterAll }, { ...redisHarness, shareOfRuns: 0.5 }, fc);

import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackendModel } from 'nestjs-tasks/testing';
import { redisHarness } from '../contract/redis-harness.js';

const url = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';

testTaskBackendModel({ describe, it, beforeAll, afterAll }, redisHarness(url), fc);

import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { redisHarness } from './redis-harness.js';

const url = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';

testTaskBackend({ describe, it, beforeAll, afterAll }, redisHarness(url));

import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { sharedRedis } from '../servers/shared-redis.js';
import { onlyTopics } from './only-topics.js';
import { redisStateHarnessOn } from './redis-harness.js';

const runner = onlyTopics(/^state: /, { describe, it, beforeAll, afterAll });
testTaskBackend(runner, redisStateHarnessOn('redis, state', sharedRedis));

import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { onlyTopics } from './only-topics.js';
import { redisHarness } from './redis-harness.js';

/** State goes by the server's own clock: it is played in real time, in redis-state.spec.ts. */
testTaskBackend(onlyTopics(/^(?!state: )/, { describe, it, beforeAll, afterAll }), redisHarness);

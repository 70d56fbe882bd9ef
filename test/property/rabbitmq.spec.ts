import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackendModel } from 'nestjs-tasks/testing';
import { rabbitMqOver } from '../contract/rabbitmq-harness.js';
import { redisHarness } from '../contract/redis-harness.js';

/** Each call waits for the broker, too. */
const harness = { ...rabbitMqOver('redis', redisHarness), shareOfRuns: 0.03 };

testTaskBackendModel({ describe, it, beforeAll, afterAll }, harness, fc);

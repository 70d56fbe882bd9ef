import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { onlyTopics } from './only-topics.js';
import { rabbitMqOver } from './rabbitmq-harness.js';
import { redisHarness } from './redis-harness.js';
import { withPatience } from './with-patience.js';

/** What a queue of the broker decides: the rest is its ledger's, and proved on classic queues. */
const SHORT = /^(opening|settlements$|several)/;
const LONG =
  /^(opening|enqueue|order|delays|claims|settlements|attempts|leases|dead letters|remove|several|subscribe|forward)/;

const isLong = process.env['TASKS_TEST_LONG'] === '1';
const runner = { describe, it, beforeAll: withPatience(beforeAll), afterAll: withPatience(afterAll) };

testTaskBackend(
  onlyTopics(isLong ? LONG : SHORT, runner),
  rabbitMqOver('redis, on quorum queues', redisHarness, { queueType: 'quorum' }),
);

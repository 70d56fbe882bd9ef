import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { onlyTopics } from './only-topics.js';
import { rabbitMqOver } from './rabbitmq-harness.js';
import { redisHarness } from './redis-harness.js';
import { withPatience } from './with-patience.js';
import { withoutTests } from './without-tests.js';

/** All of it takes minutes: in short runs what tells this ledger from another, the rest by `npm run test:long`. */
const SHORT =
  /^(opening|forward|settlements|leases|pause|dependencies|sleeping|several|subscribe|coming|counts|what is not)/;
const LONG = /^(?!state: )/;

/** Left out: ten thousand messages, fetched one by one. */
const LEFT_OUT = ['keeps no more completed jobs than it declares when it is told nothing'];

const isLong = process.env['TASKS_TEST_LONG'] === '1';
const runner = { describe, it, beforeAll: withPatience(beforeAll), afterAll: withPatience(afterAll) };

testTaskBackend(
  onlyTopics(isLong ? LONG : SHORT, isLong ? withoutTests(LEFT_OUT, runner) : runner),
  rabbitMqOver('redis', redisHarness),
);

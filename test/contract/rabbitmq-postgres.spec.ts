import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { onlyTopics } from './only-topics.js';
import { postgresHarness } from './postgres-harness.js';
import { rabbitMqOver } from './rabbitmq-harness.js';
import { withPatience } from './with-patience.js';
import { withoutTests } from './without-tests.js';

/** All of it takes minutes: in short runs what tells this ledger from another, the rest by `npm run test:long`. */
const SHORT = /^(settlements$|pause|several|what is not)/;
const LONG = /^(?!state: )/;

/** Left out: ten thousand messages, fetched one by one; and since when jobs are ready, which PostgreSQL knows of its own lines alone. */
const LEFT_OUT = [
  'keeps no more completed jobs than it declares when it is told nothing',
  'says since when the job is ready that has been ready longest',
  'counts the time since it was due, not since it was enqueued',
];

const isLong = process.env['TASKS_TEST_LONG'] === '1';
const runner = { describe, it, beforeAll: withPatience(beforeAll), afterAll: withPatience(afterAll) };

testTaskBackend(
  onlyTopics(isLong ? LONG : SHORT, isLong ? withoutTests(LEFT_OUT, runner) : runner),
  rabbitMqOver('postgres', postgresHarness),
);

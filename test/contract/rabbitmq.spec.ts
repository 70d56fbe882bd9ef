import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { onlyTopics } from './only-topics.js';
import { looseHarness } from './rabbitmq-harness.js';
import { withPatience } from './with-patience.js';
import { withoutTests } from './without-tests.js';

/** Time is real here, and all of it takes minutes: in short runs what the broker decides, the rest by `npm run test:long`. */
const SHORT =
  /^(opening|enqueue|order|delays|claims|settlements|attempts|leases|capacity|concurrency of a queue|dead letters|remove|several|subscribe|what is not)/;
/** State is the memory backend's own, and proved there. */
const LONG = /^(?!state: )/;

/**
 * Each process knows what its own ledger knows, as `records: 'process'` says; and a ledger in memory tells since when jobs are ready of its own
 * lines alone. What several processes share then is proved in rabbitmq-interop.spec.ts.
 */
const LEFT_OUT = [
  'one sees what another enqueued, and claims it',
  'hand each job to one of them',
  'share a concurrency',
  'share a rate limit',
  'take over what one of them lost',
  'share values, leases, limits and messages',
];
const LEFT_OUT_LONG = [
  'says since when the job is ready that has been ready longest',
  'counts the time since it was due, not since it was enqueued',
];

const isLong = process.env['TASKS_TEST_LONG'] === '1';
const runner = { describe, it, beforeAll: withPatience(beforeAll), afterAll: withPatience(afterAll) };

testTaskBackend(
  onlyTopics(
    isLong ? LONG : SHORT,
    withoutTests(isLong ? [...LEFT_OUT, ...LEFT_OUT_LONG] : LEFT_OUT, runner),
  ),
  looseHarness,
);

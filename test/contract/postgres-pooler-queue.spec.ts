import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { type PgBouncer, startPgBouncer } from '../servers/pgbouncer.mjs';
import { sharedPostgres } from '../servers/shared-postgres.js';
import { onlyTopics } from './only-topics.js';
import { postgresHarnessOn } from './postgres-harness.js';
import { withPatience } from './with-patience.js';
import { withoutTests } from './without-tests.js';

let pooler: PgBouncer | undefined;
async function find(): Promise<PgBouncer> {
  const { url } = await sharedPostgres();
  return (pooler ??= await startPgBouncer({ before: url, mode: 'transaction' }));
}
afterAll(() => pooler?.stop());

/** Functions are the same behind a pooler; what may differ are the connections: statements planned anew, waiting, transactions, closing. */
const BY_CONNECTION =
  /^(claim|batches|payloads|hostile names and texts|settle|leases and recovery|find|subscribe|transactions|several processes|opening and closing)$/;
const long = process.env['TASKS_TEST_LONG'] === '1';

/** Nothing is pushed here, and whoever looks five times a second may just be about to. */
const LEFT_OUT = ['wakes nobody before the commit'];

const runner = onlyTopics(
  long ? /^(?!state: )/ : BY_CONNECTION,
  withoutTests(LEFT_OUT, { describe, it, beforeAll: withPatience(beforeAll), afterAll }),
);
testTaskBackend(runner, postgresHarnessOn('postgres behind a pooler in transaction mode', find));

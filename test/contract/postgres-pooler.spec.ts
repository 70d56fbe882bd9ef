import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { PostgresDatabase } from '../../lib/backends/postgres/database.js';
import { PostgresStateBackend } from '../../lib/backends/postgres/postgres-state-backend.js';
import { type PgBouncer, startPgBouncer } from '../servers/pgbouncer.mjs';
import { dropSchema, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { onlyTopics } from './only-topics.js';
import { postgresSettings, postgresStateHarnessOn } from './postgres-harness.js';

const poolers = new Map<'session' | 'transaction', Promise<PgBouncer>>();

/** One of each kind, before the server that all suites share. */
async function pooler(mode: 'session' | 'transaction'): Promise<PgBouncer> {
  const { url } = await sharedPostgres();
  const started = poolers.get(mode) ?? startPgBouncer({ before: url, mode });
  poolers.set(mode, started);
  return started;
}
// What is installed first takes its time.
beforeAll(async () => void (await Promise.all([pooler('session'), pooler('transaction')])), 300_000);
afterAll(async () => {
  for (const started of poolers.values()) await (await started).stop();
});

const runner = onlyTopics(/^state: /, { describe, it, beforeAll, afterAll });
testTaskBackend(
  runner,
  postgresStateHarnessOn('postgres behind a pooler in transaction mode, state', () => pooler('transaction')),
);

describe('the start', () => {
  const schema = uniqueSchema();
  const closes: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closes.splice(0)) await close();
  });
  afterAll(async () => dropSchema((await sharedPostgres()).url, schema));

  async function open(url: string, options: Record<string, unknown> = {}) {
    const warnings: string[] = [];
    const settings = postgresSettings({ url }, schema, options);
    const database = new PostgresDatabase(settings, (warning) => warnings.push(warning));
    const state = new PostgresStateBackend(database);
    closes.push(() => state.close());
    await state.open();
    return { database, state, warnings };
  }

  it('finds nothing in between where there is nothing', async () => {
    const { database, warnings } = await open((await sharedPostgres()).url);
    expect(database).toMatchObject({ server: { pooler: 'none' }, canListen: true });
    expect(warnings).toEqual([]);
  });

  it('finds a pooler in session mode, and has nothing to say of it', async () => {
    const { database, warnings } = await open((await pooler('session')).url);
    expect(database).toMatchObject({ server: { pooler: 'session' }, canListen: true });
    expect(warnings).toEqual([]);
  });

  it.each([1, 10])(
    'finds a pooler in transaction mode with a pool of %i, and says what that means',
    async (poolSize) => {
      const { database, warnings } = await open((await pooler('transaction')).url, { poolSize });
      expect(database).toMatchObject({ server: { pooler: 'transaction' }, canListen: false });
      expect(warnings).toEqual([expect.stringContaining('a pooler in transaction mode')]);
    },
  );

  it('leaves connections that others use as they were', async () => {
    const { url } = await pooler('transaction');
    const { database } = await open(url, { commandTimeout: 1_234 });
    const session = database.session();
    const rows = await Promise.all(
      Array.from({ length: 20 }, () =>
        session.query({ name: 'limit', text: "select current_setting('statement_timeout') as limit" }),
      ),
    );
    expect(new Set(rows.map(([row]) => row?.['limit']))).toEqual(new Set(['0']));
  });

  it('leaves many callers to share few connections, each with its own transaction', async () => {
    const { state } = await open((await pooler('transaction')).url, { poolSize: 30 });
    const counts = await Promise.all(Array.from({ length: 200 }, () => state.increment('shared', 1)));
    expect(new Set(counts).size).toBe(200);
  });

  it('connects those who listen and those who look: each hears the other', async () => {
    const direct = await open((await sharedPostgres()).url);
    const pooled = await open((await pooler('transaction')).url);
    const heard: [unknown[], unknown[]] = [[], []];
    await direct.state.watch('both', (message) => heard[0].push(message));
    await pooled.state.watch('both', (message) => heard[1].push(message));
    const long = 'x'.repeat(20_000);
    await direct.state.publish('both', 'from one who listens');
    await pooled.state.publish('both', 'from one who looks');
    await direct.state.publish('both', long);
    const all = ['from one who listens', 'from one who looks', long];
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual([all, all]);
  });

  it('keeps messages in the table only while somebody looks for them', async () => {
    const direct = await open((await sharedPostgres()).url);
    const session = direct.database.session();
    const rows = () =>
      session.query({
        name: 'rows',
        text: `select 1 from "${schema}".state_message where channel = '${direct.database.channel('state:quiet')}'`,
      });
    await direct.state.publish('quiet', 'nobody looks');
    expect(await rows()).toHaveLength(0);
    const pooled = await open((await pooler('transaction')).url);
    const watch = await pooled.state.watch('quiet', () => undefined);
    await direct.state.publish('quiet', 'somebody looks');
    expect(await rows()).toHaveLength(1);
    await watch.close();
    await direct.state.publish('quiet', 'nobody looks any more');
    expect(await rows()).toHaveLength(1);
  });
});

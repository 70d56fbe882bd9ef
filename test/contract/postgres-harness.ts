import { cpSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { MemoryQueueBackend } from '../../lib/backends/memory/index.js';
import { PostgresDatabase } from '../../lib/backends/postgres/database.js';
import { PostgresQueueBackend } from '../../lib/backends/postgres/postgres-queue-backend.js';
import { PostgresStateBackend } from '../../lib/backends/postgres/postgres-state-backend.js';
import { resolvePostgresOptions } from '../../lib/backends/postgres/resolve-postgres-options.js';
import { type BackendHarness, ManualClock, type TestTransaction } from '../../lib/testing/index.js';
import { temporaryFolder } from '../servers/child-server.mjs';
import { dropSchema, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';

/** Where the suite runs. */
export interface PostgresUnderTest {
  readonly url: string;
}

/** A folder of a database in this process. */
export const embeddedSettings = (dataDir: string) =>
  resolvePostgresOptions({ name: 'postgres', type: 'postgres', options: { dataDir } });

export const postgresSettings = (
  { url }: PostgresUnderTest,
  schema: string,
  options: Readonly<Record<string, unknown>> = {},
) => resolvePostgresOptions({ name: 'postgres', type: 'postgres', url, options: { schema, ...options } });

/** What surrounds jobs goes by the server's own clock, which no test can move: so it is played in real time, alone. */
export const postgresStateHarnessOn = (
  name: string,
  find: () => Promise<PostgresUnderTest>,
): BackendHarness => ({
  name,
  unsupported: ['transactions'],
  realTime: true,
  create: async () => {
    const server = await find();
    const schema = uniqueSchema();
    const database = new PostgresDatabase(postgresSettings(server, schema), () => undefined);
    return {
      backend: { queue: new MemoryQueueBackend(), state: new PostgresStateBackend(database) },
      handles: () => database.handles,
      dispose: () => dropSchema(server.url, schema),
    };
  },
});

/** The same in this process, in a folder of its own. */
export const embeddedStateHarness: BackendHarness = {
  name: 'postgres embedded, state',
  unsupported: ['transactions'],
  realTime: true,
  create: async () => {
    const folder = temporaryFolder('embedded');
    cpSync(await madeOnce(), folder.path, { recursive: true });
    const database = new PostgresDatabase(embeddedSettings(folder.path), () => undefined);
    return {
      backend: { queue: new MemoryQueueBackend(), state: new PostgresStateBackend(database) },
      handles: () => database.handles,
      dispose: async () => folder.dispose(),
    };
  },
};

/** What is pushed arrives in real time: a little of it goes by with the store's. */
const PUSH_ARRIVES = 8;

/** Functions read the time here, so that a test of a day takes a millisecond; and marks are moved on by every claim, so that few jobs show what many would. */
const standingClock = (schema: string) => `
  create table ${schema}.clock (ms bigint not null);
  create or replace function ${schema}.now_ms() returns bigint language sql volatile as $$ select ms from ${schema}.clock $$;
  create or replace function ${schema}.mark_pace() returns integer language sql volatile as $$ select 0 $$;
  insert into ${schema}.clock values (0)`;

const tellTime = (schema: string, clock: ManualClock) =>
  `update ${schema}.clock set ms = ${Math.floor(clock.now())}`;

/** A real server, in a schema of its own; queues on a clock that stands still. */
export const postgresHarnessOn = (name: string, find: () => Promise<PostgresUnderTest>): BackendHarness => ({
  name,
  scope: 'fleet',
  create: async () => {
    const server = await find();
    const schema = uniqueSchema();
    const settings = postgresSettings(server, schema);
    const connect = () => {
      const database = new PostgresDatabase(settings, () => undefined);
      const backend = {
        queue: new PostgresQueueBackend(database),
        state: new PostgresStateBackend(database),
      };
      return { database, backend };
    };
    const clock = new ManualClock();
    await migrateOnce(settings, `${standingClock(schema)}; ${tellTime(schema, clock)}`);
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    const { database, backend } = connect();
    return {
      backend,
      advance: async (ms) => {
        await clock.advance(ms);
        await admin.query(tellTime(schema, clock));
        await sleep(Math.min(ms, PUSH_ARRIVES));
      },
      connect: async () => connect().backend,
      begin: () => beginOn(server.url),
      handles: () => database.handles,
      dispose: async () => {
        await admin.end();
        await dropSchema(server.url, schema);
      },
    };
  },
});

/** The same in this process, in a folder of its own. */
export const embeddedHarness: BackendHarness = {
  name: 'postgres embedded',
  unsupported: ['transactions'],
  create: async () => {
    const folder = temporaryFolder('embedded');
    const settings = embeddedSettings(folder.path);
    const clock = new ManualClock();
    cpSync(await stoppedOnce(clock), folder.path, { recursive: true });
    const database = new PostgresDatabase(settings, () => undefined);
    const admin = database.session();
    return {
      backend: { queue: new PostgresQueueBackend(database), state: new PostgresStateBackend(database) },
      advance: async (ms) => {
        await clock.advance(ms);
        await admin.transaction(({ script }) => script(tellTime(settings.schema, clock)));
        await sleep(Math.min(ms, PUSH_ARRIVES));
      },
      handles: () => database.handles,
      dispose: async () => folder.dispose(),
    };
  },
};

/** To make a database in WebAssembly takes seconds; to copy the folder of one takes none. */
let made: Promise<string> | undefined;
let stopped: Promise<string> | undefined;
const madeOnce = (): Promise<string> => (made ??= makeEmbedded());
const stoppedOnce = (clock: ManualClock): Promise<string> => (stopped ??= stopClock(clock));

async function makeEmbedded(): Promise<string> {
  const { path } = temporaryFolder('embedded');
  await migrateOnce(embeddedSettings(path));
  return path;
}

async function stopClock(clock: ManualClock): Promise<string> {
  const { path } = temporaryFolder('embedded');
  cpSync(await madeOnce(), path, { recursive: true });
  const settings = embeddedSettings(path);
  await migrateOnce(settings, `${standingClock(settings.schema)}; ${tellTime(settings.schema, clock)}`);
  return path;
}

/** The server that all suites share. */
export const postgresHarness = postgresHarnessOn('postgres', sharedPostgres);

/** Makes the schema, and carries out more in it. */
async function migrateOnce(settings: ReturnType<typeof postgresSettings>, sql = ''): Promise<void> {
  const database = new PostgresDatabase(settings, () => undefined);
  const session = database.session();
  await database.open(session);
  await session.transaction(({ script }) => script(sql));
  await database.close(session);
}

/** A transaction of an application that has its own connection. */
async function beginOn(url: string): Promise<TestTransaction> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin');
  const end = async (how: string): Promise<void> => {
    await client.query(how);
    await client.end();
  };
  return { tx: client, commit: () => end('commit'), rollback: () => end('rollback') };
}

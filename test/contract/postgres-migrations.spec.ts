import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PostgresDatabase } from '../../lib/backends/postgres/database.js';
import { migratePostgres } from '../../lib/backends/postgres/index.js';
import { loadMigrations } from '../../lib/backends/postgres/migrations.js';
import { dropSchema, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { rejection } from '../unit/rejection.js';
import { postgresSettings } from './postgres-harness.js';

let url: string;
let admin: pg.Client;
beforeAll(async () => {
  ({ url } = await sharedPostgres());
  admin = new pg.Client({ connectionString: url });
  await admin.connect();
});
afterAll(() => admin.end());

const schemas: string[] = [];
afterEach(async () => {
  for (const schema of schemas.splice(0)) await dropSchema(url, schema);
});

function aSchema(): string {
  const schema = uniqueSchema();
  schemas.push(schema);
  return schema;
}

/** Opens a backend on the schema, and closes it. */
async function boot(schema: string, options: Record<string, unknown> = {}): Promise<void> {
  const database = new PostgresDatabase(postgresSettings({ url }, schema, options), () => undefined);
  const session = database.session();
  await database.open(session);
  await database.close(session);
}

async function rowsOf(text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
  return (await admin.query<Record<string, unknown>>(text, values)).rows;
}

const ledgerOf = (schema: string) =>
  rowsOf(`select version, name, checksum from ${pg.escapeIdentifier(schema)}.migration order by version`);
const expected = () =>
  loadMigrations('any').map(({ version, name, checksum }) => ({ version, name, checksum }));

describe('the migrations', () => {
  it('are numbered without a gap', () => {
    const versions = loadMigrations('tasks').map(({ version }) => version);
    expect(versions).toEqual(versions.map((_, place) => place + 1));
  });

  it('have checksums that do not depend on the name of the schema', () => {
    const checksums = (schema: string) => loadMigrations(schema).map(({ checksum }) => checksum);
    expect(checksums('one')).toEqual(checksums('other'));
  });

  it('make the schema, once, and note what they did', async () => {
    const schema = aSchema();
    await boot(schema);
    expect(await ledgerOf(schema)).toEqual(expected());
    await boot(schema);
    expect(await ledgerOf(schema)).toEqual(expected());
  });

  it.each(['Mixed_Case', 'with-dash', 'select'])('make a schema that is called %s', async (name) => {
    const schema = `${name}_${aSchema()}`;
    schemas.push(schema);
    await boot(schema);
    expect(await ledgerOf(schema)).toEqual(expected());
  });

  it('are carried out by one of ten instances that start at once, and the others find them done', async () => {
    const schema = aSchema();
    await Promise.all(Array.from({ length: 10 }, () => boot(schema, { poolSize: 1 })));
    expect(await ledgerOf(schema)).toEqual(expected());
  }, 60_000);

  it('of an instance that is killed in the middle are carried out by the next, whole', async () => {
    const schema = aSchema();
    const child = fork(fileURLToPath(new URL('../servers/half-migration.mjs', import.meta.url)), [
      url,
      schema,
    ]);
    await once(child, 'message');
    const booting = boot(schema);
    child.kill('SIGKILL');
    await booting;
    expect(await ledgerOf(schema)).toEqual(expected());
    expect(await rowsOf('select to_regclass($1) as half', `${schema}.half_done`)).toEqual([{ half: null }]);
  }, 60_000);

  it('use a schema that somebody made for a user who may not make one', async () => {
    const schema = aSchema();
    const user = `user_${schema}`;
    await rowsOf(`create role ${user} login`);
    try {
      await rowsOf(`create schema ${schema} authorization ${user}`);
      const asUser = new URL(url);
      asUser.username = user;
      const database = new PostgresDatabase(postgresSettings({ url: asUser.href }, schema), () => undefined);
      const session = database.session();
      await database.open(session);
      await database.close(session);
      expect(await ledgerOf(schema)).toEqual(expected());
    } finally {
      await dropSchema(url, schema);
      await rowsOf(`drop role ${user}`);
    }
  });
});

describe('a schema', () => {
  it('of a newer version is refused, left alone, and said what to do about', async () => {
    const schema = aSchema();
    await boot(schema);
    await rowsOf(
      `insert into ${schema}.migration (version, name, checksum) values (9999, '9999-later.sql', 'later')`,
    );
    const before = await ledgerOf(schema);
    expect(await rejection(boot(schema))).toMatchObject({
      code: 'TASKS_INVALID_BACKEND',
      message: expect.stringContaining('9999-later.sql'),
      remedy: expect.stringContaining('newer'),
    });
    expect(await ledgerOf(schema)).toEqual(before);
  });

  it('whose history is another one is refused', async () => {
    const schema = aSchema();
    await boot(schema);
    await rowsOf(`update ${schema}.migration set checksum = 'other' where version = 1`);
    expect(await rejection(boot(schema))).toMatchObject({
      code: 'TASKS_INVALID_BACKEND',
      message: expect.stringContaining('0001-state.sql'),
    });
  });

  it('that is not up to date is refused where it is only checked, and nothing is made', async () => {
    const schema = aSchema();
    expect(await rejection(boot(schema, { migrate: 'check' }))).toMatchObject({
      code: 'TASKS_INVALID_BACKEND',
      message: expect.stringContaining('0001-state.sql'),
      remedy: expect.stringContaining("migrate: 'boot'"),
    });
    expect(await rowsOf('select to_regnamespace($1) as there', schema)).toEqual([{ there: null }]);
    await migratePostgres({ url, options: { schema, migrate: 'check' } });
    await boot(schema, { migrate: 'check' });
  });
});

import pg from 'pg';
import { loadMigrations } from '../../../lib/backends/postgres/migrations.js';

/** What lies in a schema: rows in JSON as PostgreSQL writes it, and where its sequences stand. */
export interface StoredSchema {
  /** With the ledger of its migrations, so that a step which was changed later is told from the one that made it. */
  readonly tables: Readonly<Record<string, readonly unknown[]>>;
  readonly sequences: Readonly<Record<string, string>>;
}

const LEDGER = 'migration';

/** Reads all rows of a schema, in a form that outlives versions of the server. */
export async function readSchema(client: pg.Client, schema: string): Promise<StoredSchema> {
  const tables: Record<string, unknown[]> = {};
  for (const table of await namesOf(
    client,
    'select tablename from pg_tables where schemaname = $1',
    schema,
  )) {
    const { rows } = await client.query<{ row: unknown }>(
      `select to_jsonb(t) as row from ${within(schema, table)} t order by to_jsonb(t)::text`,
    );
    if (rows.length > 0) tables[table] = rows.map(({ row }) => row);
  }
  const { rows } = await client.query<{ name: string; at: string }>(
    'select sequencename as name, last_value::text as at from pg_sequences where schemaname = $1 and last_value is not null order by 1',
    [schema],
  );
  return { tables, sequences: Object.fromEntries(rows.map(({ name, at }) => [name, at])) };
}

/** Makes the schema as it was then, and puts the rows into it. */
export async function writeSchema(
  client: pg.Client,
  schema: string,
  { tables, sequences }: StoredSchema,
): Promise<void> {
  await client.query(`create schema ${pg.escapeIdentifier(schema)}`);
  const steps = loadMigrations(schema).slice(0, tables[LEDGER]?.length);
  for (const { sql } of steps) await client.query(sql);
  for (const [table, rows] of Object.entries(tables)) {
    const name = within(schema, table);
    await client.query(
      `insert into ${name} overriding system value select * from jsonb_populate_recordset(null::${name}, $1)`,
      [JSON.stringify(rows)],
    );
  }
  for (const [name, at] of Object.entries(sequences))
    await client.query('select setval($1::regclass, $2)', [within(schema, name), at]);
}

async function namesOf(client: pg.Client, sql: string, schema: string): Promise<string[]> {
  const { rows } = await client.query<[string]>({
    text: `${sql} order by 1`,
    values: [schema],
    rowMode: 'array',
  });
  return rows.map(([name]) => name);
}

const within = (schema: string, name: string): string =>
  `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;

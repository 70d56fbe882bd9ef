import { createHash } from 'node:crypto';
import type { Ms } from '../../contract/index.js';
import { InvalidBackendError } from '../../errors/index.js';
import { loadMigrations, type Migration } from './migrations.js';
import type { PostgresSettings } from './postgres-target.js';
import type { SqlDriver, SqlQueries, SqlTransaction } from './sql-driver.js';
import { loadStatements, quoteIdentifier } from './sql-statement.js';

/** A step may rewrite a table, and wait for another process that does. */
const PATIENCE: Ms = 120_000;

interface Applied {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

const FILES = {
  findLedger: 'migration/find-ledger',
  listApplied: 'migration/list-applied',
  lockLedger: 'migration/lock-ledger',
  recordApplied: 'migration/record-applied',
} as const;

type MigrationStatements = ReturnType<typeof loadMigrationStatements>;
const loadMigrationStatements = (schema: string) =>
  loadStatements(FILES, new URL('./statements/', import.meta.url), { schema });

/**
 * Brings the schema to the state that this version needs: each step is a transaction under a lock, so that of many processes at
 * once one does it and the others find it done.
 *
 * @throws InvalidBackendError for a schema of a newer version, one whose history is another, and one that is not up to date with `migrate: 'check'`
 */
export async function migrate(driver: SqlDriver, settings: PostgresSettings): Promise<void> {
  const { schema } = settings;
  const statements = loadMigrationStatements(schema);
  const migrations = loadMigrations(schema);
  let pending = pendingOf(settings, migrations, await appliedOn(driver, statements, schema));
  if (pending.length > 0 && settings.migrate === 'check') throw notMigrated(settings, pending);
  while (pending.length > 0) {
    const rest = await driver.transaction(async (transaction) => {
      await transaction.script(`set local statement_timeout = 0; set local lock_timeout = ${PATIENCE}`);
      await transaction.query(statements.lockLedger, [lockOf(schema)]);
      const applied = await appliedOn(transaction, statements, schema);
      const [next, ...later] = pendingOf(settings, migrations, applied);
      if (next !== undefined) await carryOut(transaction, next, schema, statements);
      return later;
    }, PATIENCE);
    pending = rest;
  }
}

async function carryOut(
  transaction: SqlTransaction,
  { version, name, sql, checksum }: Migration,
  schema: string,
  statements: MigrationStatements,
): Promise<void> {
  // Who may not create schemas can still use one that was made for it.
  if (!(await findLedger(transaction, statements, schema)).hasSchema)
    await transaction.script(`create schema ${quoteIdentifier(schema)}`);
  await transaction.script(sql);
  await transaction.query(statements.recordApplied, [version, name, checksum]);
}

async function appliedOn(
  queries: SqlQueries,
  statements: MigrationStatements,
  schema: string,
): Promise<Applied[]> {
  const { hasLedger } = await findLedger(queries, statements, schema);
  return hasLedger ? queries.query<Applied>(statements.listApplied) : [];
}

async function findLedger(
  queries: SqlQueries,
  statements: MigrationStatements,
  schema: string,
): Promise<{ readonly hasSchema: boolean; readonly hasLedger: boolean }> {
  const [row] = await queries.query<{ has_schema: boolean; has_ledger: boolean }>(statements.findLedger, [
    schema,
  ]);
  return { hasSchema: row?.has_schema ?? false, hasLedger: row?.has_ledger ?? false };
}

/** What is missing, once what is there is known to be ours. */
function pendingOf(
  { name, schema }: PostgresSettings,
  migrations: readonly Migration[],
  applied: readonly Applied[],
): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  const newest = migrations.at(-1)?.version ?? 0;
  for (const { version, name: title, checksum } of applied) {
    if (version > newest) {
      throw new InvalidBackendError(
        `Backend "${name}": schema "${schema}" has migration ${title}, and this version of nestjs-tasks knows ${newest} at most.`,
        {
          remedy:
            'Deploy the version of nestjs-tasks that made it, or a newer one. Nothing was changed. Or give the backend another `schema`.',
        },
      );
    }
    if (known.get(version)?.checksum !== checksum) {
      throw new InvalidBackendError(
        `Backend "${name}": migration ${title} of schema "${schema}" is not the one that this version of nestjs-tasks has under its number.`,
        {
          remedy:
            'Give the backend a `schema` of its own, or use the version of nestjs-tasks that made this one.',
        },
      );
    }
  }
  const done = new Set(applied.map(({ version }) => version));
  return migrations.filter(({ version }) => !done.has(version));
}

function notMigrated({ name, schema }: PostgresSettings, pending: readonly Migration[]): InvalidBackendError {
  return new InvalidBackendError(
    `Backend "${name}": schema "${schema}" lacks ${pending.map((migration) => migration.name).join(', ')}, and \`migrate\` is "check".`,
    {
      remedy:
        "Run `npx nest-tasks migrate` or `migratePostgres()` first, or start one process with `migrate: 'boot'`; docs/postgres.md says how.",
    },
  );
}

/** Of the advisory lock: 64 bits, so that strangers do not wait for each other. */
function lockOf(schema: string): string {
  return createHash('sha256').update(`nestjs-tasks\0${schema}`).digest().readBigInt64BE().toString();
}

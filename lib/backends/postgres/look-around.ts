import type { BackendFinding } from '../../contract/index.js';
import { clockFindings } from '../clock-skew.js';
import type { DatabaseSession, PostgresDatabase } from './database.js';
import { poolerFindings } from './server-check.js';
import { loadStatement, loadStatements } from './sql-statement.js';

interface Health {
  readonly now: number;
  readonly is_synced: boolean;
  readonly is_whole: boolean;
  readonly is_awaited: boolean;
}

/** The queues that were ever declared in the schema. */
export async function queueNames(database: PostgresDatabase, session: DatabaseSession): Promise<string[]> {
  const file = new URL('./statements/queue/names.sql', import.meta.url);
  const rows = await session.query<{ name: string }>(loadStatement(file, database.loading));
  return rows.map(({ name }) => name);
}

/** What is not as it should be, asked of the server now. */
export async function diagnose(
  database: PostgresDatabase,
  session: DatabaseSession,
): Promise<BackendFinding[]> {
  const folder = new URL('./statements/', import.meta.url);
  const { health } = loadStatements({ health: 'health' }, folder, database.loading);
  const askedAt = Date.now();
  const [row] = await session.query<Health>(health);
  const heardAt = Date.now();
  const { server } = database;
  return [
    ...(server === undefined ? [] : poolerFindings(server)),
    ...(row === undefined ? [] : durabilityFindings(row)),
    ...(row === undefined ? [] : clockFindings({ store: row.now, askedAt, heardAt })),
  ];
}

function durabilityFindings({ is_synced, is_whole, is_awaited }: Health): BackendFinding[] {
  const off = [is_synced ? [] : 'fsync', is_whole ? [] : 'full_page_writes'].flat();
  const findings: BackendFinding[] = [];
  if (off.length > 0) {
    findings.push({
      code: 'unsafe-writes',
      severity: 'error',
      message: `${off.join(' and ')} of the server ${off.length > 1 ? 'are' : 'is'} off: after a crash of its machine the database may be beyond repair.`,
      remedy: `Set ${off.join(' and ')} to on in postgresql.conf, and reload it.`,
    });
  }
  if (!is_awaited) {
    findings.push({
      code: 'late-commit',
      severity: 'warning',
      message:
        'synchronous_commit is off: a crash of the server loses what was accepted in its last moments.',
      remedy: 'Set synchronous_commit to on for the database or its user, unless you can lose those jobs.',
    });
  }
  return findings;
}

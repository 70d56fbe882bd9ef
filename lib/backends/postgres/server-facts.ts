import type { ServerFacts } from './sql-driver.js';
import { loadStatement, type SqlStatement } from './sql-statement.js';

/** A row of `server-facts.sql`. */
export interface FactRow {
  readonly pid: number;
  readonly version: number;
  readonly title: string;
  readonly is_replica: boolean;
  readonly is_read_only: boolean;
  readonly encoding: string;
}

/** It names no table, so it is the same for every schema. */
export function loadServerFacts(): SqlStatement {
  return loadStatement(new URL('./statements/server-facts.sql', import.meta.url), { schema: 'tasks' });
}

export function factsOf(row: FactRow, pooler: ServerFacts['pooler']): ServerFacts {
  const { version, title, encoding } = row;
  return { version, title, encoding, isReplica: row.is_replica, isReadOnly: row.is_read_only, pooler };
}

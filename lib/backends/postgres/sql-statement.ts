import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Stands in a `.sql` file for the configured schema, as `psql` writes a quoted variable. */
const SCHEMA = /:"schema"/g;
/** Lines that explain; they are not sent. */
const COMMENT = /^[ \t]*--.*\n?/gm;
/** Time, where a test gives another. */
const NOW = /\bnow\(\)/g;

/** A statement and the name under which each connection prepares it once. */
export interface SqlStatement {
  /** The file's name and a hash of the text: two versions of an app behind one pooler have two statements. */
  readonly name: string;
  readonly text: string;
}

export interface LoadOptions {
  readonly schema: string;
  /** SQL that gives the time instead of `now()`, for tests of hours and days. */
  readonly clock?: string | undefined;
}

/**
 * Reads a statement that stands in a file of its own. `:"schema"` in it becomes the quoted name of the schema.
 *
 * @param file `new URL('./statements/claim.sql', import.meta.url)`
 * @throws Error for a file that is not there or holds more than one statement
 */
export function loadStatement(file: URL, { schema, clock }: LoadOptions): SqlStatement {
  const text = loadSql(file, schema, clock);
  const path = fileURLToPath(file);
  if (text.includes(';')) throw new Error(`${path} must hold one statement, without a semicolon.`);
  const title = path.replace(/^.*[\\/]/, '').replace(/\.sql$/, '');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { name: `${title}-${hash}`, text };
}

/**
 * Reads several of one folder.
 *
 * @example
 * loadStatements({ getValues: 'state/get-values' }, new URL('./statements/', import.meta.url), { schema: 'tasks' });
 */
export function loadStatements<K extends string>(
  files: Readonly<Record<K, string>>,
  folder: URL,
  options: LoadOptions,
): Readonly<Record<K, SqlStatement>> {
  const entries = Object.entries<string>(files).map(([key, path]) => [
    key,
    loadStatement(new URL(`${path}.sql`, folder), options),
  ]);
  return Object.fromEntries(entries) as Readonly<Record<K, SqlStatement>>;
}

/** The text of a file without its comments, for the configured schema. */
export function loadSql(file: URL, schema: string, clock?: string): string {
  const text = readFileSync(file, 'utf8').replace(COMMENT, '').trim();
  const quoted = quoteIdentifier(schema);
  const timed = clock === undefined ? text : text.replace(NOW, () => clock);
  return timed.replace(SCHEMA, () => quoted);
}

/** @throws Error for what no identifier can be */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > 63)
    throw new Error('An identifier has 1 to 63 bytes and no NUL.');
  return `"${name.replaceAll('"', '""')}"`;
}

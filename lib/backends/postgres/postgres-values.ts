import type { Ms, Payload, StateEntry, StateValue, ValueVersion } from '../../contract/index.js';
import { TaskValidationError } from '../../errors/index.js';
import type { DatabaseSession } from './database.js';
import { fromColumns, toColumns, type PayloadColumns } from './payload-column.js';
import { sqlStateOf } from './postgres-errors.js';
import type { StateStatements } from './state-statements.js';
import { storable, toTtl } from './stored-text.js';

/** SQLSTATEs of what is no whole number. */
const NO_NUMBER: readonly (string | undefined)[] = ['22P02', '22003', '22021'];

interface ValueRow extends PayloadColumns {
  readonly key: string;
  readonly version: string;
}

/** Values with a time to live, by the server's clock. */
export class PostgresValues {
  constructor(
    private readonly session: DatabaseSession,
    private readonly statements: StateStatements,
  ) {}

  async get(keys: readonly string[]): Promise<(StateValue | undefined)[]> {
    if (keys.length === 0) return [];
    const rows = await this.session.query<ValueRow>(this.statements.getValues, [keys.map(storable)]);
    const found = new Map(rows.map((row) => [row.key, { value: fromColumns(row), version: row.version }]));
    return keys.map((key) => found.get(key));
  }

  async set(entries: readonly StateEntry[]): Promise<void> {
    const latest = new Map(entries.map((entry) => [storable(entry.key), entry]));
    if (latest.size === 0) return;
    const keys = [...latest.keys()].toSorted();
    const written = keys.map((key) => {
      const { value, ttl } = latest.get(key) as StateEntry;
      return { ...toColumns(value), ttl: toTtl(ttl) };
    });
    await this.session.query(this.statements.setValues, [
      keys,
      written.map(({ body }) => body),
      written.map(({ is_text }) => is_text),
      written.map(({ ttl }) => ttl),
    ]);
  }

  async delete(keys: readonly string[]): Promise<number> {
    if (keys.length === 0) return 0;
    const [row] = await this.session.query<{ count: number }>(this.statements.deleteValues, [
      keys.map(storable),
    ]);
    return row?.count ?? 0;
  }

  async compareAndSet(
    key: string,
    expected: ValueVersion | null,
    value: Payload,
    ttl?: Ms,
  ): Promise<boolean> {
    const { body, is_text } = toColumns(value);
    const values = [storable(key), body, is_text, toTtl(ttl)];
    const { insertValue, replaceValue } = this.statements;
    const rows =
      expected === null
        ? await this.session.query(insertValue, values)
        : await this.session.query(replaceValue, [...values, expected]);
    return rows.length === 1;
  }

  async increment(key: string, by: number, ttl?: Ms): Promise<number> {
    if (!Number.isSafeInteger(by)) throw notCountable(key);
    const values = [storable(key), by, toTtl(ttl)];
    const rows = await this.session
      .query<{ number: string }>(this.statements.incrementValue, values)
      .catch((error: unknown) => {
        throw NO_NUMBER.includes(sqlStateOf(error)) ? notCountable(key) : error;
      });
    if (rows[0] === undefined) throw notCountable(key);
    return Number(rows[0].number);
  }
}

function notCountable(key: string): TaskValidationError {
  return new TaskValidationError(
    `The value at ${JSON.stringify(key.slice(0, 80))} and what is added must be whole numbers within ±(2^53 - 1).`,
  );
}

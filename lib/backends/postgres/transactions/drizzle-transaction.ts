import { noTransaction, type TransactionKind } from './transaction-kind.js';

/** What of an `SQLWrapper` of Drizzle its dialects ask for. */
interface SqlWrapper {
  readonly getSQL: () => { readonly toQuery: () => { readonly sql: string; readonly params: unknown[] } };
}

interface DrizzleTransaction {
  readonly rollback?: unknown;
  readonly execute: (
    query: SqlWrapper,
  ) => PromiseLike<{ readonly rows: readonly unknown[] } | readonly unknown[]>;
}

/** What `db.transaction()` of Drizzle gives, whatever driver is below: `pg`, Postgres.js, PGlite. */
export const drizzleTransaction: TransactionKind = (tx) => {
  if (!isDrizzle(tx)) return undefined;
  if (typeof tx.rollback !== 'function') {
    throw noTransaction('a database of Drizzle', 'what its `transaction()` gives');
  }
  return async (text, values) => {
    const toQuery = () => ({ sql: text, params: [...values] });
    const answer = await tx.execute({ getSQL: () => ({ toQuery }) });
    return 'rows' in answer ? answer.rows : answer;
  };
};

function isDrizzle(tx: object): tx is DrizzleTransaction {
  return 'execute' in tx && '_' in tx && typeof tx.execute === 'function';
}

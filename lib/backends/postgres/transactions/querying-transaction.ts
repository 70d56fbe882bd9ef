import { noTransaction, type TransactionKind } from './transaction-kind.js';

/** What `pg`, PGlite and TypeORM have in common. */
interface Querying {
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] } | readonly unknown[]>;
}

/** A client of `pg` inside `begin`, a transaction of PGlite, an `EntityManager` or `QueryRunner` of TypeORM, and anything else with their `query`. */
export const queryingTransaction: TransactionKind = (tx) => {
  if (!isQuerying(tx)) return undefined;
  assertInside(tx);
  return async (text, values) => {
    const answer = await tx.query(text, [...values]);
    return 'rows' in answer ? answer.rows : answer;
  };
};

/** Each of the libraries shows in a way of its own that nothing was begun; what shows nothing is taken at its word. */
function assertInside(tx: Querying & Record<string, unknown>): void {
  if ('totalCount' in tx && 'idleCount' in tx) {
    throw noTransaction('a pool', 'a client of it, `await pool.connect()`, after `begin`');
  }
  if (statusOf(tx) === 'I') throw noTransaction('a client of pg', 'it after `begin`');
  if ('createQueryRunner' in tx) {
    throw noTransaction('a DataSource', 'the `EntityManager` that `dataSource.transaction()` gives');
  }
  if ('waitReady' in tx) throw noTransaction('a PGlite', 'what its `transaction()` gives');
  if (isInactive(tx)) {
    throw noTransaction('of TypeORM', 'the `EntityManager` that `dataSource.transaction()` gives');
  }
}

/** What newer clients of `pg` know of themselves: I idle, T in a transaction, E in one that has failed. */
function statusOf(tx: object): unknown {
  const { getTransactionStatus } = tx as { getTransactionStatus?: unknown };
  return typeof getTransactionStatus === 'function' ? getTransactionStatus.call(tx) : undefined;
}

/** A runner of TypeORM says whether it has begun; a manager has the runner of its transaction, or none. */
function isInactive(tx: Record<string, unknown>): boolean {
  if (typeof tx['isTransactionActive'] === 'boolean') return !tx['isTransactionActive'];
  if (!('dataSource' in tx && 'repositories' in tx)) return false;
  const runner = tx['queryRunner'] as { isTransactionActive?: boolean } | undefined;
  return runner?.isTransactionActive !== true;
}

function isQuerying(tx: object): tx is Querying & Record<string, unknown> {
  return 'query' in tx && typeof tx.query === 'function';
}

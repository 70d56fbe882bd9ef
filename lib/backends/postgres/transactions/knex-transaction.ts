import { noTransaction, type TransactionKind } from './transaction-kind.js';

interface KnexTransaction {
  readonly isTransaction?: unknown;
  readonly raw: (
    sql: string,
    bindings: readonly unknown[],
  ) => PromiseLike<{ readonly rows: readonly unknown[] }>;
}

/** What `knex.transaction()` gives. Its placeholders are question marks, one for each use of a value. */
export const knexTransaction: TransactionKind = (tx) => {
  if (!isKnex(tx)) return undefined;
  if (tx.isTransaction !== true) throw noTransaction('a knex', 'what `knex.transaction()` gives');
  return async (text, values) => {
    const used: unknown[] = [];
    const sql = text.replaceAll('?', String.raw`\?`).replaceAll(/\$(\d+)/g, (_match, number: string) => {
      used.push(values[Number(number) - 1]);
      return '?';
    });
    return (await tx.raw(sql, used)).rows;
  };
};

function isKnex(tx: object): tx is KnexTransaction {
  return typeof tx === 'function' && 'raw' in tx && typeof tx.raw === 'function';
}

import { noTransaction, type TransactionKind } from './transaction-kind.js';

/** A `CompiledQuery` of Kysely: its public interface, as `CompiledQuery.raw()` makes one. */
interface CompiledQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly query: {
    readonly kind: 'RawNode';
    readonly sqlFragments: readonly string[];
    readonly parameters: readonly [];
  };
  readonly queryId: { readonly queryId: string };
}

interface KyselyTransaction {
  readonly isTransaction: boolean;
  readonly withoutPlugins: () => KyselyTransaction;
  readonly executeQuery: (query: CompiledQuery) => Promise<{ readonly rows: readonly unknown[] }>;
}

/** What `kysely.transaction()` gives, controlled or not. Without its plugins: one that renames columns would rename ours. */
export const kyselyTransaction: TransactionKind = (tx) => {
  if (!isKysely(tx)) return undefined;
  if (!tx.isTransaction) throw noTransaction('a Kysely', 'what `kysely.transaction()` gives');
  return async (text, values) => (await tx.withoutPlugins().executeQuery(compiled(text, values))).rows;
};

function compiled(sql: string, parameters: readonly unknown[]): CompiledQuery {
  const query = { kind: 'RawNode', sqlFragments: [sql], parameters: [] } as const;
  return { sql, parameters, query, queryId: { queryId: sql } };
}

function isKysely(tx: object): tx is KyselyTransaction {
  return 'executeQuery' in tx && 'withoutPlugins' in tx && typeof tx.executeQuery === 'function';
}

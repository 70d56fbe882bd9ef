import type { Capabilities, Transaction } from '../../contract/index.js';
import { UnsupportedOperationError } from '../../errors/index.js';
import { unpacked } from './packed-array.js';
import { callError } from './postgres-errors.js';
import { SqlFailure } from './sql-failure.js';
import type { SqlQueries, SqlRow, SqlValues } from './sql-driver.js';
import type { SqlStatement } from './sql-statement.js';
import { recogniseTransaction } from './transactions/recognise-transaction.js';
import { serverErrorIn } from './transactions/server-error.js';

/**
 * Statements in a transaction of the caller's: committed with it, or not at all. They are sent once: what the server undoes there, it
 * undoes with everything else of the transaction.
 *
 * @throws TaskValidationError for what is no transaction of a library that is known
 * @throws UnsupportedOperationError where no caller can have one
 */
export function callersTransaction(
  tx: Transaction,
  { name, capabilities }: { readonly name: string; readonly capabilities: Capabilities },
): SqlQueries {
  if (!capabilities.features.transactions) {
    throw new UnsupportedOperationError(
      'join a transaction',
      'postgres',
      'Use a PostgreSQL server (`url`), or a PGlite of your own (`pglite`), in the place of `dataDir`, or call without `tx`.',
    );
  }
  const send = recogniseTransaction(tx);
  return {
    query: async <R = SqlRow>({ text }: SqlStatement, values: SqlValues = []): Promise<R[]> => {
      try {
        return (await send(text, unpacked(values))) as R[];
      } catch (error) {
        const failure = SqlFailure.ofStatement(serverErrorIn(error));
        throw callError(name, failure.outcome, failure);
      }
    },
  };
}

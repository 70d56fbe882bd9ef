import { isInstance, TaskValidationError } from '../../../errors/index.js';
import { drizzleTransaction } from './drizzle-transaction.js';
import { knexTransaction } from './knex-transaction.js';
import { kyselyTransaction } from './kysely-transaction.js';
import { prismaTransaction } from './prisma-transaction.js';
import { queryingTransaction } from './querying-transaction.js';
import type { SendInTransaction, TransactionKind } from './transaction-kind.js';

const KINDS: readonly TransactionKind[] = [
  prismaTransaction,
  kyselyTransaction,
  knexTransaction,
  drizzleTransaction,
  queryingTransaction,
];

/**
 * How to send a statement in a transaction of the caller's, whatever library it is of.
 * @throws TaskValidationError for what is no transaction of a library that is known, whatever it is
 */
export function recogniseTransaction(tx: object): SendInTransaction {
  let trouble: unknown;
  try {
    const send = isObject(tx) ? sendOf(tx) : undefined;
    if (send !== undefined) return send;
  } catch (error) {
    if (isInstance(error, TaskValidationError)) throw error;
    // It throws at being looked at, as a proxy may.
    trouble = error;
  }
  throw new TaskValidationError(
    'The transaction is none of PostgreSQL: `tx` is one of pg, PGlite, TypeORM, Prisma, Drizzle, Knex or Kysely, or has `query(text, values)` as a client of pg inside `begin` has.',
    { cause: trouble },
  );
}

function sendOf(tx: object): SendInTransaction | undefined {
  for (const kind of KINDS) {
    const send = kind(tx);
    if (send !== undefined) return send;
  }
  return undefined;
}

/** Callers without types pass anything. */
function isObject(tx: unknown): tx is object {
  return (typeof tx === 'object' && tx !== null) || typeof tx === 'function';
}

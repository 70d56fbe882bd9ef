import { noTransaction, type TransactionKind } from './transaction-kind.js';

interface PrismaTransaction {
  readonly $connect?: unknown;
  readonly $queryRawUnsafe: (text: string, ...values: unknown[]) => PromiseLike<readonly unknown[]>;
}

/** What an interactive `$transaction()` of Prisma hands to its function. Nothing is unsafe about it: values travel apart from the text. */
export const prismaTransaction: TransactionKind = (tx) => {
  if (!isPrisma(tx)) return undefined;
  if (typeof tx.$connect === 'function') {
    throw noTransaction('a PrismaClient', 'what `prisma.$transaction(async (tx) => …)` hands over');
  }
  return async (text, values) => tx.$queryRawUnsafe(text, ...values);
};

function isPrisma(tx: object): tx is PrismaTransaction {
  return '$queryRawUnsafe' in tx && typeof tx.$queryRawUnsafe === 'function';
}

import { TaskValidationError } from '../../../errors/index.js';

/** Sends one statement in a transaction of the caller's, and gives its rows. */
export type SendInTransaction = (text: string, values: readonly unknown[]) => Promise<readonly unknown[]>;

/**
 * Knows the transactions of one library by what they look like; the library itself is never imported.
 * @returns nothing for what is none of its
 * @throws TaskValidationError for its connection outside of a transaction: what is sent there would be committed by itself
 */
export type TransactionKind = (tx: object) => SendInTransaction | undefined;

/** What a user has passed in the place of a transaction. @param instead What to pass. */
export function noTransaction(what: string, instead: string): TaskValidationError {
  return new TaskValidationError(
    `\`tx\` is ${what}, which is in no transaction: the job would be kept whatever becomes of your rows. Pass ${instead}.`,
  );
}

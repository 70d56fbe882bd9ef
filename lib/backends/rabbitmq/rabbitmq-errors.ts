import { BackendFaultError, BackendUnavailableError } from '../../errors/index.js';
import { plainError, told, troubleIn, wordsOf } from '../driver-error.js';
import { FAULTS, TROUBLES } from './rabbitmq-troubles.js';

/**
 * The error that a caller sees: what is wrong in plain words, and what the broker or the driver said in brackets.
 *
 * @returns BackendFaultError for an answer that the broker would give again, else BackendUnavailableError
 */
export function callError(
  backend: string,
  outcome: 'not-sent' | 'unknown',
  error: unknown,
  secrets: readonly string[] = [],
): BackendUnavailableError | BackendFaultError {
  if (error === undefined) {
    return new BackendUnavailableError(backend, outcome, { reason: 'there is no connection to the broker' });
  }
  const cause = plainError(error, secrets);
  const fault = troubleIn(FAULTS, cause);
  return fault === undefined
    ? new BackendUnavailableError(backend, outcome, told(cause, troubleIn(TROUBLES, cause)))
    : new BackendFaultError(backend, outcome, told(cause, fault));
}

/** What the broker said about a queue or exchange that is there with other arguments; nothing for any other error. */
export function mismatchIn(error: unknown): string | undefined {
  const { message } = wordsOf(error);
  return typeof message === 'string' ? /inequivalent arg.*?(?="?$)/u.exec(message)?.[0] : undefined;
}

/** Whether the broker has no queue of that name. */
export const isNotFound = (error: unknown): boolean => /NOT.FOUND/.test(String(wordsOf(error).message));

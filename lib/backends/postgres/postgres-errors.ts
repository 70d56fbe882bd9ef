import {
  type BackendCallError,
  BackendFaultError,
  BackendUnavailableError,
  type CallOutcome,
} from '../../errors/index.js';
import { plainError, told, troubleIn } from '../driver-error.js';
import { TROUBLES } from './postgres-troubles.js';
import { SqlFailure } from './sql-failure.js';

/** SQLSTATEs that pass: connections, conflicts, resources, locks, an operator, a server that is no primary now. */
const PASSING = /^(08|0A|25006|26|40|53|55|57|58|XX)/;
/** What a driver says that it would say again. */
const LASTING = /certificate|self.signed|does not support SSL|client password must be/i;
/** What the server says about these quotes no value of a row or a parameter. */
const QUOTABLE = /^(08|28|3D|3F|42|53|57|58)/;

/**
 * The error that a caller sees: what is wrong in plain words, and what the driver said in brackets. Its cause says that and the
 * SQLSTATE, and no more: a driver's error carries values of rows and parameters, which are payloads or credentials.
 *
 * @returns BackendFaultError for an answer that the server would give again, else BackendUnavailableError
 */
export function callError(
  backend: string,
  outcome: CallOutcome,
  error: unknown,
  secrets: readonly string[] = [],
): BackendCallError {
  const cause = plainError(error, secrets);
  const state = sqlStateIn(error);
  const isQuotable = state === undefined || QUOTABLE.test(state);
  const options = told(cause, troubleIn(TROUBLES, cause), isQuotable ? undefined : `SQLSTATE ${state}`);
  const isLasting = state === undefined ? LASTING.test(cause.message) : !PASSING.test(state);
  return isLasting
    ? new BackendFaultError(backend, outcome, options)
    : new BackendUnavailableError(backend, outcome, options);
}

function sqlStateIn(error: unknown): string | undefined {
  return (error instanceof SqlFailure ? error : SqlFailure.ofStatement(error)).sqlState;
}

/** The SQLSTATE with which the server refused a call; nothing when it did not. */
export function sqlStateOf(error: unknown): string | undefined {
  const { cause } = (typeof error === 'object' && error !== null ? error : {}) as {
    cause?: { code?: unknown };
  };
  return typeof cause?.code === 'string' ? cause.code : undefined;
}

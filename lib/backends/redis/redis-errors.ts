import {
  type BackendCallError,
  BackendFaultError,
  BackendUnavailableError,
  type CallOutcome,
} from '../../errors/index.js';
import { plainError, told, troubleIn, wordsOf } from '../driver-error.js';
import { FAULTS, TROUBLES } from './redis-troubles.js';

/**
 * Replies with which a server refuses a command before it does anything of it. Scripts are no exception: each of these is
 * checked before a script's first write.
 */
const REFUSALS =
  /^(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|NOREPLICAS|MISCONF|OOM|NOAUTH|WRONGPASS|NOPERM|NOSCRIPT|MAXCLIENTS|ERR max number of clients)\b/;

/** Of what the driver itself refuses: the command was never written. */
const NOT_WRITTEN = /isn't writeable|isn't ready and enableOfflineQueue/;

/** What an error of the driver means for the call that it ended. */
export interface DriverVerdict {
  readonly outcome: CallOutcome;
  /** The connection is of no use any more: the server is silent, or no longer the master. */
  readonly isConnectionLost: boolean;
}

export function judge(error: unknown): DriverVerdict {
  const text = messageOf(error);
  if (REFUSALS.test(text))
    return { outcome: 'not-sent', isConnectionLost: /^(READONLY|MASTERDOWN)\b/.test(text) };
  if (NOT_WRITTEN.test(text)) return { outcome: 'not-sent', isConnectionLost: false };
  return { outcome: 'unknown', isConnectionLost: text === 'Command timed out' };
}

/**
 * The error that a caller sees: what is wrong in plain words, and what the driver said in brackets. Its cause says that, too, and no
 * more: a driver's error carries the arguments of the command, which are payloads or credentials.
 *
 * @returns BackendFaultError for a reply that the server would give again, else BackendUnavailableError
 */
export function callError(
  backend: string,
  outcome: CallOutcome,
  error: unknown,
  secrets: readonly string[] = [],
): BackendCallError {
  if (error === undefined) {
    return new BackendUnavailableError(backend, outcome, { reason: 'there is no connection to the server' });
  }
  const cause = plainError(error, secrets);
  const trouble = troubleIn(TROUBLES, cause);
  const fault = trouble === undefined ? troubleIn(FAULTS, cause) : undefined;
  const options = told(cause, trouble ?? fault);
  return fault === undefined
    ? new BackendUnavailableError(backend, outcome, options)
    : new BackendFaultError(backend, outcome, options);
}

export function isReply(error: unknown, code: string): boolean {
  return messageOf(error).startsWith(code);
}

function messageOf(error: unknown): string {
  const { message } = wordsOf(error);
  return typeof message === 'string' ? message : String(error);
}

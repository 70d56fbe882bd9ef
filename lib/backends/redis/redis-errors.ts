import { redactText } from '../redact-url.js';
import { BackendUnavailableError, type TaskErrorOptions } from '../../errors/index.js';

/**
 * Replies with which a server refuses a command before it does anything of it. Scripts are no exception: each of these is
 * checked before a script's first write.
 */
const REFUSALS =
  /^(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|NOREPLICAS|MISCONF|OOM|NOAUTH|WRONGPASS|NOPERM|NOSCRIPT|MAXCLIENTS)\b/;

/** Of what the driver itself refuses: the command was never written. */
const NOT_WRITTEN = /isn't writeable|isn't ready and enableOfflineQueue/;

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /^OOM\b/,
    'The server has reached its maxmemory: give it more, or let finished jobs be kept for a shorter time.',
  ],
  [/^MISCONF\b/, 'The server cannot save its data and refuses writes: see its log and its disk.'],
  [
    /^NOREPLICAS\b/,
    'Fewer replicas are connected than min-replicas-to-write asks for: bring them back. Call again then.',
  ],
  [
    /^(NOAUTH|WRONGPASS)\b/,
    'Give the backend the user and password that the server asks for, in its `url` or its `options`.',
  ],
  [
    /^NOPERM\b/,
    'Let the user of the backend run this command on keys and channels under the prefix: docs/redis.md lists the rules.',
  ],
  [
    /certificate's altnames/,
    "The server's certificate is for other names: use one of them as the host, or give it in `options.tls.servername`.",
  ],
  [/certificate|self.signed/i, "Give the certificate of the server's authority in `options.tls.ca`."],
];

/** What an error of the driver means for the call that it ended. */
export interface DriverVerdict {
  readonly outcome: 'not-sent' | 'unknown';
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
 * The error that a caller sees. Its cause says what the driver said, and no more: a driver's error carries the arguments of
 * the command, which are payloads or credentials.
 */
export function unavailable(
  backend: string,
  outcome: 'not-sent' | 'unknown',
  error: unknown,
  secrets: readonly string[] = [],
): BackendUnavailableError {
  const cause = error === undefined ? undefined : plain(error, secrets);
  const remedy = REMEDIES.find(([pattern]) => cause !== undefined && pattern.test(cause.message))?.[1];
  const options: TaskErrorOptions = { cause, ...(remedy !== undefined && { remedy }) };
  return new BackendUnavailableError(backend, outcome, options);
}

export function isReply(error: unknown, code: string): boolean {
  return messageOf(error).startsWith(code);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function plain(error: unknown, secrets: readonly string[]): Error {
  const cause = new Error(redactText(messageOf(error), secrets));
  const { name, code } = (typeof error === 'object' && error !== null ? error : {}) as {
    name?: unknown;
    code?: unknown;
  };
  if (typeof name === 'string') cause.name = name;
  if (typeof code === 'string') Object.assign(cause, { code });
  return cause;
}

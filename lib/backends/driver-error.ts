import type { BackendErrorOptions } from '../errors/index.js';
import { type DriverTrouble, inLine } from './driver-trouble.js';
import { redactText } from './redact-url.js';

/** A driver's error as one of ours may carry it: what it said, without what it held. */
export interface PlainError extends Error {
  readonly code?: string;
}

/** The part of a driver's error that says what happened. */
export interface DriverWords {
  readonly message?: unknown;
  readonly name?: unknown;
  readonly code?: unknown;
}

/** Behind what wraps it; of several addresses that were tried, the first that said something: what holds them all has no message. */
export function wordsOf(error: unknown): DriverWords {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  let found = error as DriverWords & { cause?: unknown; errors?: unknown };
  while (typeof found.cause === 'object' && found.cause !== null) found = found.cause;
  const [first] = Array.isArray(found.errors) ? (found.errors as unknown[]) : [];
  return first instanceof Error ? first : found;
}

/** A driver's error carries arguments of commands, or values of rows: payloads or credentials. They stay behind. */
export function plainError(error: unknown, secrets: readonly string[]): PlainError {
  const { name, code, message } = wordsOf(error);
  const plain = new Error(redactText(String(message), secrets));
  if (typeof name === 'string') plain.name = name;
  return Object.assign(plain, typeof code === 'string' && { code });
}

/** The one of them that this error is, by its code or its message. */
export function troubleIn<T extends DriverTrouble>(
  troubles: readonly T[],
  { code = '', message }: PlainError,
): T | undefined {
  return troubles.find(({ pattern }) => pattern.test(code) || pattern.test(message));
}

/** Tells a trouble in plain words, and in brackets what the driver said. */
export function told(
  cause: PlainError,
  trouble: DriverTrouble | undefined,
  said = inLine(cause.message || (cause.code ?? cause.name)),
): BackendErrorOptions {
  return {
    cause,
    reason: trouble === undefined ? said : `${trouble.reason} (${said})`,
    ...(trouble?.remedy !== undefined && { remedy: trouble.remedy }),
  };
}

import type { ErrorRecord } from '../contract/index.js';
import { causesOf, ownStack } from './causes.js';

/** Characters of a stored message and stack: 16 KiB for an error as a whole. */
const MESSAGE_CAP = 4_096;
const STACK_CAP = 12_288;

/**
 * What is stored of something that was thrown, whatever it is: `throw null`, a text, an object with a throwing getter. Its stack goes on with
 * those of its causes: `fetch failed` alone tells nobody that a connection was refused. Only texts are taken; nothing of an error's own properties
 * but `code`, since drivers leave commands and secrets there.
 *
 * @param at When it was thrown; kept in whole milliseconds, which is what every store has.
 */
export function toErrorRecord(thrown: unknown, at?: number): ErrorRecord {
  const when = at === undefined ? {} : { at: Math.floor(at) };
  try {
    if (thrown instanceof Error) {
      const { code } = thrown as { code?: unknown };
      return {
        name: String(thrown.name).slice(0, 128),
        message: String(thrown.message).slice(0, MESSAGE_CAP),
        ...stackOf(thrown),
        ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code).slice(0, 128) } : {}),
        ...when,
      };
    }
    return { name: 'NonError', message: describe(thrown).slice(0, MESSAGE_CAP), ...when };
  } catch {
    return { name: 'NonError', message: 'A value was thrown that cannot be read.', ...when };
  }
}

function stackOf(error: Error): { stack?: string } {
  if (typeof error.stack !== 'string') return {};
  const causes = causesOf(error).map((cause) => `\nCaused by: ${ownStack(cause)}`);
  // Room for what caused it is kept, however long the stack is.
  const own = ownStack(error).slice(0, causes.length === 0 ? STACK_CAP : STACK_CAP / 2);
  return { stack: `${own}${causes.join('')}`.slice(0, STACK_CAP) };
}

function describe(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  if (typeof thrown === 'object' && thrown !== null) return JSON.stringify(thrown) ?? 'An object was thrown.';
  return String(thrown);
}

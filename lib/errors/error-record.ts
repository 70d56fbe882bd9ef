import type { ErrorRecord } from '../contract/index.js';

/** Characters of a stored message and stack: 16 KiB for an error as a whole. */
const MESSAGE_CAP = 4_096;
const STACK_CAP = 12_288;

/**
 * What is stored of something that was thrown, whatever it is: `throw null`, a text, an object with a throwing getter.
 * Only texts are taken; nothing of an error's own properties but `code`, since drivers leave commands and secrets there.
 */
export function toErrorRecord(thrown: unknown, at?: number): ErrorRecord {
  const when = at === undefined ? {} : { at };
  try {
    if (thrown instanceof Error) {
      const { code } = thrown as { code?: unknown };
      return {
        name: String(thrown.name).slice(0, 128),
        message: String(thrown.message).slice(0, MESSAGE_CAP),
        ...(typeof thrown.stack === 'string' ? { stack: thrown.stack.slice(0, STACK_CAP) } : {}),
        ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code).slice(0, 128) } : {}),
        ...when,
      };
    }
    return { name: 'NonError', message: describe(thrown).slice(0, MESSAGE_CAP), ...when };
  } catch {
    return { name: 'NonError', message: 'A value was thrown that cannot be read.', ...when };
  }
}

function describe(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  if (typeof thrown === 'object' && thrown !== null) return JSON.stringify(thrown) ?? 'An object was thrown.';
  return String(thrown);
}

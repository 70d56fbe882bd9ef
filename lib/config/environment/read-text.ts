import { toMs } from '../durations.js';

/** A text that is no value of its kind; what it should be. Never holds the text: it may be a secret in the wrong place. */
export class UnreadableText {
  constructor(readonly message: string) {}
}

/** How the text of a variable is read. */
export type TextKind = 'text' | 'number' | 'boolean' | 'duration' | 'list' | 'any';

const NUMBER = /^[+-]?\d+(?:\.\d+)?$/u;
const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

/** The value of a variable's text. */
export function readText(text: string, kind: TextKind): unknown {
  switch (kind) {
    case 'number':
      return NUMBER.test(text) ? Number(text) : new UnreadableText('must be a number');
    case 'boolean':
      return FLAGS[text.toLowerCase()] ?? new UnreadableText('must be true or false');
    case 'duration':
      return readDuration(text);
    case 'list':
      return text
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
    case 'any':
      return readAny(text);
    case 'text':
    default:
      return text;
  }
}

function readDuration(text: string): unknown {
  try {
    return toMs(NUMBER.test(text) ? Number(text) : text);
  } catch {
    return new UnreadableText('must be a duration such as 500ms, 30s, 5m or 1h');
  }
}

/** What JSON takes for a number, a flag, a list, an object or a quoted text is that; anything else is a text. */
function readAny(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

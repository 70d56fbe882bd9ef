/** What stands in a message where a value of the payload stood. */
const HIDDEN = '…';
/** Values that are looked for, and steps that the search may take in all: a payload can be as large as its cap allows. */
const MOST_VALUES = 2_000;
const MOST_STEPS = 20_000_000;
/** Shorter texts are hidden only where they stand in quotes: else half of the words of a message would go. */
const LEAST_BARE = 4;
type Scalar = string | number | bigint;

/** What is said when the message cannot be searched in reasonable time. */
const UNSEARCHED = 'is not acceptable';

/**
 * A message with the texts and numbers of a value hidden. Messages of validation libraries print what they were given
 * (`must be an email address (was "s3cret")`), and errors end up in logs where payloads do not belong.
 *
 * Hides every text in quotes, texts of four characters and more also bare, and numbers that stand alone. What a message
 * derives from a value (its length, its upper case) is not found.
 *
 * @param value The part of the payload that the message is about.
 */
export function withoutValues(message: string, value: unknown): string {
  const values = new Set<Scalar>();
  if (!collect(value, values, 0)) return UNSEARCHED;
  if (values.size * message.length > MOST_STEPS) return UNSEARCHED;
  // The longest first: one may be a part of another.
  const ordered = [...values].toSorted((a, b) => String(b).length - String(a).length);
  return ordered.reduce<string>(hide, message);
}

/** @returns false when there are too many */
function collect(value: unknown, into: Set<Scalar>, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    if (value !== '') into.add(value);
    return into.size <= MOST_VALUES;
  }
  if (typeof value !== 'object' || value === null) return true;
  if (depth > 64) return false;
  return Object.values(value).every((member) => collect(member, into, depth + 1));
}

function hide(message: string, value: Scalar): string {
  return typeof value === 'string' ? hideText(message, value) : hideNumber(message, String(value));
}

function hideText(message: string, text: string): string {
  const written = JSON.stringify(text).slice(1, -1);
  const forms = new Set([written, text]);
  let hidden = message;
  for (const form of forms) {
    for (const quote of ['"', "'", '`']) hidden = hidden.replaceAll(quote + form + quote, HIDDEN);
    if (form.length >= LEAST_BARE) hidden = hidden.replaceAll(form, HIDDEN);
  }
  return hidden;
}

/** `5` in `must be at most 15 (was 5)` is the second one only. */
function hideNumber(message: string, digits: string): string {
  if (!message.includes(digits)) return message;
  const pattern = digits.replaceAll(/[.+]/gu, String.raw`\$&`);
  return message.replaceAll(new RegExp(`(?<![\\w.])${pattern}(?![\\w]|\\.\\d)`, 'gu'), HIDDEN);
}

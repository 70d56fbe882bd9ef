import ms from 'ms';

/** Milliseconds of a duration that somebody gave, as they are; undefined for what is none of 0 ms or more. */
export function millisecondsOf(value: unknown): number | undefined {
  const read = typeof value === 'string' ? parse(value.trim()) : value;
  return typeof read === 'number' && read >= 0 && read < Infinity ? read : undefined;
}

/** The library throws for an empty text, and for one of more than a hundred characters. */
function parse(text: string): number | undefined {
  try {
    return ms(text as ms.StringValue);
  } catch {
    return undefined;
  }
}

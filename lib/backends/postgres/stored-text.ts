import type { Ms } from '../../contract/index.js';
import { TaskValidationError } from '../../errors/index.js';

/** Longer times cannot be told from for ever, and a moment that far away still fits into a timestamp. */
const LONGEST: Ms = 1_000 * 60 * 60 * 24 * 365 * 1_000;

/**
 * A name as PostgreSQL can keep it.
 * @throws TaskValidationError for one with a NUL: no text of PostgreSQL has it
 */
export function storable(text: string): string {
  if (text.includes('\0')) throw new TaskValidationError('A name must not hold a NUL character.');
  return text;
}

/** A time to live as a parameter; `null` for one without end. */
export function toTtl(ttl: Ms | undefined): Ms | null {
  return ttl === undefined || ttl === Infinity ? null : Math.min(ttl, LONGEST);
}

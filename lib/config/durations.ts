import type { Duration } from '../contract/index.js';
import { InvalidDurationError, millisecondsOf } from '../errors/index.js';

/** Over three thousand years: beyond it a due moment is no longer a date. */
export const LONGEST_DURATION = 100_000_000_000_000;

/**
 * A duration in whole milliseconds, rounded up.
 *
 * @param value Milliseconds, or a text such as `'30s'`, `'5m'`, `'1h'`, `'2 days'`.
 * @param path Where it was given, for the message.
 * @throws InvalidDurationError when it is negative, not finite, longer than 100,000,000,000,000 ms, or cannot be read
 * @example
 * toMs('1.5h'); // 5_400_000
 */
export function toMs(value: Duration, path?: string): number {
  const parsed = millisecondsOf(value);
  if (parsed === undefined) throw new InvalidDurationError(value, path);
  if (parsed > LONGEST_DURATION)
    throw new InvalidDurationError(value, path, `is longer than ${LONGEST_DURATION} ms`);
  return Math.ceil(parsed);
}

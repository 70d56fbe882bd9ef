import { didYouMean } from '../config/index.js';
import { InvalidOptionError } from '../errors/index.js';

/**
 * Refuses options that do not exist: a filter with a typo must not pass for no filter at all.
 * @throws InvalidOptionError with the nearest known key of each
 */
export function assertKnownKeys(options: object, known: readonly string[]): void {
  const issues = Object.keys(options)
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: key, message: `is not an option.${didYouMean(key, known)}` }));
  if (issues.length > 0) throw new InvalidOptionError(issues);
}

import { InvalidOptionError } from '../errors/index.js';
import { didYouMean } from './nearest-name.js';

/**
 * Refuses what is no object, and options that do not exist: a filter with a typo must not pass for no filter at all.
 *
 * @param prefix Path of the object, where it is not the whole of what was given.
 * @throws InvalidOptionError with the nearest known key of each
 */
export function assertKnownKeys(
  options: unknown,
  known: readonly string[],
  prefix?: string,
): asserts options is object {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError([{ path: prefix ?? 'options', message: 'must be an object' }]);
  }
  const issues = Object.keys(options)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      path: prefix === undefined ? key : `${prefix}.${key}`,
      message: `is not an option.${didYouMean(key, known)}`,
    }));
  if (issues.length > 0) throw new InvalidOptionError(issues);
}

import type { RetentionOptions } from '../contract/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { check } from './option-problems.js';
import { retentionSchema } from './option-schema.js';
import type { ResolvedRetention } from './resolved-options.js';

/**
 * Changes how long finished jobs are kept; what is not given stays as it was.
 * @throws InvalidOptionError with all problems at once
 */
export function resolveRetention(given: RetentionOptions, before: ResolvedRetention): ResolvedRetention {
  const isObject = typeof given === 'object' && given !== null;
  const { data, problems } = check(retentionSchema, isObject ? { ...before, ...given } : given);
  if (data !== undefined) return data;
  throw new InvalidOptionError(
    problems.map(({ path, message }) => ({ path: path === '' ? 'retention' : `retention.${path}`, message })),
  );
}

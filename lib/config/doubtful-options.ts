import type { ValidationIssue } from '../errors/index.js';
import type { ResolvedOptions } from './resolved-options.js';

/** The type of the backend whose jobs end with their process. */
const IN_MEMORY = 'memory';

/**
 * What works and is probably not meant: jobs that end with their process where nobody expects it. Warned of at boot;
 * refused with `strict`.
 *
 * @param path Of a backend's type, by its place: the options may have one backend in the short form.
 */
export function doubtfulOptions(
  { backends, role }: Pick<ResolvedOptions, 'backends' | 'role'>,
  isProduction: boolean,
  path: (place: number) => string,
): ValidationIssue[] {
  return backends.flatMap(({ name, type }, place) => {
    if (type !== IN_MEMORY) return [];
    const issues: ValidationIssue[] = [];
    if (isProduction) {
      issues.push({
        path: path(place),
        message: `backend "${name}" keeps its jobs in memory, and NODE_ENV is production: they end with this process, and no other one sees them`,
      });
    }
    if (role === 'producer') {
      issues.push({
        path: 'role',
        message: `"producer" on backend "${name}", whose jobs live in this process: nobody ever runs them`,
      });
    }
    return issues;
  });
}

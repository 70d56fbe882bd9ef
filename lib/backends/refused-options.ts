import { InvalidBackendError, type ValidationIssue } from '../errors/index.js';

/** Of a backend that was made by hand: in a configuration the same problems are told together with all others. */
export function refusedOptions(
  name: string,
  type: string,
  problems: readonly ValidationIssue[],
): InvalidBackendError {
  const list = problems.map(({ path, message }) => `  - ${path}: ${message}`).join('\n');
  return new InvalidBackendError(`Backend "${name}" cannot be made of these options:\n${list}`, {
    remedy: `Correct the paths that the message lists; docs/${type}.md has every option of the type \`${type}\`.`,
  });
}

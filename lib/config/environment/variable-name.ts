/** What every variable of this package begins with. */
export const VARIABLE_PREFIX = 'TASKS';
const SEPARATOR = '__';

/**
 * A key or a name as it is written in a variable: `maxRetries` and `max-retries` are both `MAX_RETRIES`.
 *
 * @example
 * toSegment('sendEmail'); // 'SEND_EMAIL'
 */
export const toSegment = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/gu, '$1_$2')
    .replace(/[^A-Za-z0-9]+/gu, '_')
    .toUpperCase();

/** The name that a variable alone gives: `NIGHT_EXPORTS` is `night-exports`. */
export const toName = (segment: string): string => segment.toLowerCase().replaceAll('_', '-');

/** @example toVariable(['WORKER', 'LEASE']); // 'TASKS__WORKER__LEASE' */
export const toVariable = (segments: readonly string[]): string =>
  [VARIABLE_PREFIX, ...segments].join(SEPARATOR);

/** The segments of a variable of ours; undefined for any other. */
export function segmentsOf(variable: string): readonly string[] | undefined {
  const start = VARIABLE_PREFIX + SEPARATOR;
  return variable.startsWith(start) ? variable.slice(start.length).split(SEPARATOR) : undefined;
}

/**
 * The variable of an option by its path in the docs, where `[]` and `*` stand for an entry of any name.
 *
 * @example
 * variableOf('queues[].maxSize'); // 'TASKS__QUEUES__<NAME>__MAX_SIZE'
 */
export const variableOf = (path: string): string =>
  toVariable(
    path
      .replaceAll('[]', '.*')
      .split('.')
      .map((step) => (step === '*' ? '<NAME>' : toSegment(step))),
  );

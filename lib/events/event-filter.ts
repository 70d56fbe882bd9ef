import { assertKnownKeys, isName } from '../config/index.js';
import { TASK_EVENT_FILTERS, type TaskEventFilter } from '../contract/index.js';
import { InvalidOptionError } from '../errors/index.js';

/** Tells what is doubtful about the names of a filter; undefined when nothing is. */
export type FilterDoubt = (filter: TaskEventFilter) => string | undefined;

/** @throws InvalidOptionError for a key that does not exist, and for a value that no task or queue could have as its name */
export function assertFilter(filter: TaskEventFilter): void {
  assertKnownKeys(filter, TASK_EVENT_FILTERS, 'filter');
  const issues = TASK_EVENT_FILTERS.filter((key) => filter[key] !== undefined && !isName(filter[key])).map(
    (key) => ({ path: `filter.${key}`, message: `must be the name of a ${key}` }),
  );
  if (issues.length > 0) throw new InvalidOptionError(issues);
}

/** @throws InvalidOptionError for what is no function: it would be noticed at the first event, by a log alone */
export function assertListener(listener: unknown): void {
  if (typeof listener === 'function') return;
  throw new InvalidOptionError([{ path: 'listener', message: 'must be a function' }]);
}

/** What the log calls a listener. */
export function nameOf(listener: unknown): string {
  return (typeof listener === 'function' && listener.name) || 'a listener';
}

import { backendType } from './backend-type.js';
import { BUILT_IN_QUEUES } from './queue-layout.js';

type Entry = Readonly<Record<string, unknown>>;

/** The names in options as they were given, which nobody has checked yet. */
export interface DeclaredNames {
  readonly backends: readonly string[];
  /** Every name that a queue answers to. */
  readonly queues: readonly string[];
}

export function declaredNames(given: object): DeclaredNames {
  const { backend, backends, queues } = given as Entry;
  const several = namesOf(backends);
  return {
    backends: backends === undefined ? [shortFormName(backend)] : several,
    queues: [...new Set([...BUILT_IN_QUEUES, ...several, ...namesOf(queues)])],
  };
}

/** In the short form a backend goes by its type. */
export function shortFormName(backend: unknown): string {
  return backendType(isEntry(backend) ? backend : {});
}

/** The entries of a list, with something empty in place of those that are no objects: their places must stay. */
export function entries(list: unknown): Entry[] {
  return Array.isArray(list) ? list.map((entry: unknown) => (isEntry(entry) ? entry : {})) : [];
}

export function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null;
}

const namesOf = (list: unknown): string[] =>
  entries(list).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));

import type { TaskBackendFactory } from '../contract/index.js';
import type { ValidationIssue } from '../errors/index.js';
import { backendType, hasScheme } from './backend-type.js';
import { isName } from './names.js';
import { didYouMean } from './nearest-name.js';

export type BackendFactories = Readonly<Record<string, TaskBackendFactory>>;

type Entry = Readonly<Record<string, unknown>>;

/**
 * Types that do not exist, and what the factories say of their own options. Looks at the options as they were given, so that
 * these problems are told together with all others.
 */
export function backendProblems(given: object, builtIn: BackendFactories): ValidationIssue[] {
  const { backend, backends, backendTypes, enabled } = given as Entry;
  // Where nothing runs, no address has to be there.
  if (enabled === false) return [];
  const own = isEntry(backendTypes) ? (backendTypes as BackendFactories) : {};
  const factories: BackendFactories = { ...builtIn, ...own };
  const entries: [string, unknown][] = Array.isArray(backends)
    ? backends.map((entry: unknown, index) => [`backends.${index}`, entry])
    : [['backend', backend]];
  return entries.flatMap(([path, entry]) =>
    entry === undefined || isEntry(entry) ? problemsOf(path, entry ?? {}, factories) : [],
  );
}

function problemsOf(path: string, entry: Entry, factories: BackendFactories): ValidationIssue[] {
  const { type: given, url, dataDir, options = {}, name } = entry;
  // What is of the wrong kind is told by the check of the field.
  if (given !== undefined && !isName(given)) return [];
  if (given === undefined && typeof url === 'string' && !hasScheme(url)) return [];
  const type = backendType({ type: given, url });
  const known = Object.keys(factories);
  if (!known.includes(type)) {
    const message = `there is no type "${type}" of backend. Known: ${known.join(', ')}.${didYouMean(type, known)}`;
    return [{ path: `${path}.${given === undefined ? 'url' : 'type'}`, message }];
  }
  if ((url !== undefined && typeof url !== 'string') || !isEntry(options)) return [];
  // As the factory gets it: the folder is an option of its own type.
  const all = typeof dataDir === 'string' ? { ...options, dataDir } : options;
  const own =
    factories[type]?.check?.({ name: typeof name === 'string' ? name : type, url, options: all }) ?? [];
  const placeOf = (place: string) =>
    dataDir !== undefined && place === 'options.dataDir' ? 'dataDir' : place;
  return own.map((issue) => ({ path: `${path}.${placeOf(issue.path)}`, message: issue.message }));
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

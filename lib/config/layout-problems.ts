import type { ValidationIssue } from '../errors/index.js';
import { backendType } from './backend-type.js';
import { isName } from './names.js';
import { didYouMean } from './nearest-name.js';
import { BUILT_IN_QUEUES, DEFAULT_QUEUE, primaryIndex } from './queue-layout.js';

type Entry = Readonly<Record<string, unknown>>;

/**
 * What the check of a single field cannot see: names given twice, names that do not exist, choices that exclude each
 * other. Looks at the options as they were given, so that these problems are told together with all others.
 */
export function layoutProblems(given: unknown): ValidationIssue[] {
  if (!isEntry(given)) return [];
  const backends = entries(given['backends']);
  const problems = backends.flatMap((entry, index) => backendProblems(entry, index, backends));
  if (given['backend'] !== undefined && given['backends'] !== undefined) {
    problems.unshift({ path: 'backend', message: 'cannot be given together with `backends`' });
  }
  const names =
    given['backends'] === undefined
      ? [shortFormName(given['backend'])]
      : backends.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  return [...problems, ...queueProblems(entries(given['queues']), names, homes(given, backends))];
}

function backendProblems(entry: Entry, index: number, all: readonly Entry[]): ValidationIssue[] {
  const problems: ValidationIssue[] = [];
  const isPrimary = index === primaryIndex(all);
  if (entry['primary'] === true && !isPrimary) {
    problems.push({ path: `backends.${index}.primary`, message: 'only one backend can be the primary one' });
  }
  problems.push(...stateProblems(entry, index, all));
  const { name } = entry;
  if (typeof name !== 'string') return problems;
  const path = `backends.${index}.name`;
  if (all.findIndex((other) => other['name'] === name) < index) {
    problems.push({ path, message: `${shown(name)} is given twice` });
  }
  const isBuiltIn = (BUILT_IN_QUEUES as readonly string[]).includes(name);
  if (isBuiltIn && !(isPrimary && name === DEFAULT_QUEUE)) {
    problems.push({ path, message: `"${name}" is a queue of the primary backend` });
  }
  return problems;
}

function stateProblems({ name, state }: Entry, index: number, all: readonly Entry[]): ValidationIssue[] {
  if (typeof state !== 'string') return [];
  const path = `backends.${index}.state`;
  const names = all.flatMap((other) => (typeof other['name'] === 'string' ? [other['name']] : []));
  const isSelf =
    state === name || (state === 'primary' && !names.includes(state) && index === primaryIndex(all));
  if (isSelf)
    return [{ path, message: 'names the backend itself; leave it out where a backend keeps its own' }];
  if (state === 'primary' || names.includes(state)) return [];
  const message = `${shown(state)} is not a backend. Known: ${names.filter(isName).join(', ')}.${didYouMean(state, names.filter(isName))}`;
  return [{ path, message }];
}

/** Where each queue lives that a backend brings, by every name that it answers to. */
function homes(given: Entry, backends: readonly Entry[]): Map<unknown, { queue: unknown; backend: unknown }> {
  const found = new Map<unknown, { queue: unknown; backend: unknown }>();
  const primary =
    given['backends'] === undefined
      ? shortFormName(given['backend'])
      : backends[primaryIndex(backends)]?.['name'];
  for (const { name } of backends) found.set(name, { queue: name, backend: name });
  if (given['backends'] !== undefined) found.set(primary, { queue: DEFAULT_QUEUE, backend: primary });
  for (const queue of BUILT_IN_QUEUES) found.set(queue, { queue, backend: primary });
  return found;
}

function queueProblems(
  queues: readonly Entry[],
  backends: readonly string[],
  home: ReadonlyMap<unknown, { queue: unknown; backend: unknown }>,
): ValidationIssue[] {
  const seen = new Set<unknown>();
  return queues.flatMap(({ name, backend }, index): ValidationIssue[] => {
    const problems: ValidationIssue[] = [];
    const brought = home.get(name);
    const queue = brought?.queue ?? name;
    if (queue !== undefined && seen.has(queue)) {
      problems.push({ path: `queues.${index}.name`, message: `${shown(name)} is given twice` });
    }
    seen.add(queue);
    if (typeof backend !== 'string') return problems;
    const path = `queues.${index}.backend`;
    if (!backends.includes(backend)) {
      const known = backends.filter(isName).join(', ') || 'none';
      const message = `${shown(backend)} is not a backend. Known: ${known}.${didYouMean(backend, backends.filter(isName))}`;
      problems.push({ path, message });
    } else if (brought !== undefined && brought.backend !== backend) {
      problems.push({ path, message: `${shown(name)} lives on backend "${String(brought.backend)}"` });
    }
    return problems;
  });
}

/** What is no name may be something else in the wrong place: an address with its password. */
const shown = (name: unknown): string => (isName(name) ? `"${name}"` : 'it');

/** In the short form a backend goes by its type. */
function shortFormName(backend: unknown): string {
  return backendType(isEntry(backend) ? backend : {});
}

/** The entries of a list, with something empty in place of those that are no objects: their places must stay. */
function entries(list: unknown): Entry[] {
  return Array.isArray(list) ? list.map((entry: unknown) => (isEntry(entry) ? entry : {})) : [];
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null;
}

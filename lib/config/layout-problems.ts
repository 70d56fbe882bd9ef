import type { Duration } from '../contract/index.js';
import type { ValidationIssue } from '../errors/index.js';
import { toMs } from './durations.js';
import { hasScheme } from './backend-type.js';
import { declaredNames, entries, isEntry, shortFormName } from './declared-names.js';
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
  const { backends: names } = declaredNames(given);
  return [
    ...problems,
    ...addressProblems(given),
    ...timeoutProblems(given['timeout']),
    ...queueProblems(entries(given['queues']), names, homes(given, backends)),
  ];
}

/** An address that names no type: without one the backend would be memory, and the address ignored. */
function addressProblems({ backend, backends }: Entry): ValidationIssue[] {
  const all: [string, Entry][] = entries(backends).map((entry, index) => [`backends.${index}`, entry]);
  if (isEntry(backend)) all.push(['backend', backend]);
  return all
    .filter(
      ([, { type, url }]) => type === undefined && typeof url === 'string' && url !== '' && !hasScheme(url),
    )
    .map(([path]) => ({
      path: `${path}.url`,
      message:
        'does not say of what broker it is the address: begin it with redis:// or the like, or give a `type`',
    }));
}

/** A default that is given and can never hold; one that is left out is capped without a word. */
function timeoutProblems(timeout: unknown): ValidationIssue[] {
  const { default: own, max } = isEntry(timeout) ? timeout : {};
  const [ownMs, maxMs] = [msOf(own), msOf(max)];
  return ownMs !== undefined && maxMs !== undefined && ownMs > maxMs
    ? [{ path: 'timeout.default', message: 'is longer than `timeout.max`, which caps it' }]
    : [];
}

function msOf(value: unknown): number | undefined {
  try {
    return value === undefined ? undefined : toMs(value as Duration);
  } catch {
    return undefined; // Told by the check of the field.
  }
}

function backendProblems(entry: Entry, index: number, all: readonly Entry[]): ValidationIssue[] {
  const problems: ValidationIssue[] = [];
  const isPrimary = index === primaryIndex(all);
  if (entry['primary'] === true && !isPrimary) {
    problems.push({ path: `backends.${index}.primary`, message: 'only one backend can be the primary one' });
  }
  problems.push(...otherProblems('state', entry, index, all), ...otherProblems('outbox', entry, index, all));
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

/** What one backend leaves to another. */
function otherProblems(
  option: 'state' | 'outbox',
  entry: Entry,
  index: number,
  all: readonly Entry[],
): ValidationIssue[] {
  const { name, [option]: other } = entry;
  if (typeof other !== 'string') return [];
  const path = `backends.${index}.${option}`;
  const names = all.flatMap((one) => (typeof one['name'] === 'string' ? [one['name']] : []));
  const isSelf =
    other === name || (other === 'primary' && !names.includes(other) && index === primaryIndex(all));
  if (isSelf)
    return [{ path, message: 'names the backend itself; leave it out where a backend keeps its own' }];
  if (other === 'primary' || names.includes(other)) return [];
  const message = `${shown(other)} is not a backend. Known: ${names.filter(isName).join(', ')}.${didYouMean(other, names.filter(isName))}`;
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

import type { QueueOptions } from '../contract/index.js';
import { InvalidOptionError, type ValidationIssue } from '../errors/index.js';
import { type DeclaredNames, isEntry } from './declared-names.js';
import { isName } from './names.js';
import { didYouMean } from './nearest-name.js';
import { featureQueueProblems } from './resolve-feature-queues.js';
import type { ResolvedOptions } from './resolved-options.js';

/** What one feature module adds to the options. */
export interface FeatureQueues {
  readonly queues: readonly (string | QueueOptions)[];
  /** Who imports it, as a message can name it. */
  readonly importer: string;
}

/**
 * What is wrong with the queues of features, and queues that the options name and neither they nor a feature declares. Looks at
 * the options as they were given, so that these problems are told together with all others.
 */
export function queueNameProblems(
  given: object,
  names: DeclaredNames,
  features: readonly FeatureQueues[],
): ValidationIssue[] {
  const problems: ValidationIssue[] = [];
  const known = [...names.queues];
  for (const { queues, importer } of features) {
    const found = featureQueueProblems(queues, { ...names, queues: known });
    problems.push(...found.map(({ path, message }) => ({ path: `${importer}.forFeature.${path}`, message })));
    known.push(...namesIn(queues).filter((name) => !known.includes(name)));
  }
  const { worker, tasks } = given as { worker?: unknown; tasks?: unknown };
  const served = isEntry(worker) && Array.isArray(worker['queues']) ? (worker['queues'] as unknown[]) : [];
  const ofTasks = isEntry(tasks) ? Object.entries(tasks) : [];
  return [
    ...problems,
    ...served.flatMap((name, index) => undeclared(`worker.queues.${index}`, name, known)),
    ...ofTasks.flatMap(([name, said]) =>
      isEntry(said) ? undeclared(`tasks.${name}.queue`, said['queue'], known) : [],
    ),
  ];
}

const namesIn = (queues: unknown): string[] =>
  (Array.isArray(queues) ? (queues as unknown[]) : [])
    .map((queue) => (isEntry(queue) ? queue['name'] : queue))
    .filter((name) => typeof name === 'string');

/** What is no name is told by the check of the field. */
function undeclared(path: string, name: unknown, known: readonly string[]): ValidationIssue[] {
  if (!isName(name) || known.includes(name)) return [];
  return [{ path, message: notDeclared(name, known.filter(isName)) }];
}

const notDeclared = (name: string, known: readonly string[]): string =>
  `Queue "${name}" is not declared. Known: ${known.join(', ')}.${didYouMean(name, known)}`;

/**
 * Checks, where queues are made up as they are asked for, that the worker is not told to serve one that nobody asked for.
 * @param declared The names of all queues of the app.
 * @throws InvalidOptionError with every unknown name and the nearest known one
 */
export function checkWorkerQueues(
  resolved: Pick<ResolvedOptions, 'worker'>,
  declared: readonly string[],
): void {
  const problems = (resolved.worker.queues ?? []).flatMap((name, index) =>
    undeclared(`worker.queues.${index}`, name, declared),
  );
  if (problems.length > 0) throw new InvalidOptionError(problems);
}

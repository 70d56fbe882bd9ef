import type { Environment, TasksModuleOptions } from '../contract/index.js';
import { InvalidOptionError, type ValidationIssue } from '../errors/index.js';
import { type BackendFactories, backendProblems } from './backend-problems.js';
import { declaredNames } from './declared-names.js';
import { doubtfulOptions } from './doubtful-options.js';
import { applyEnvironment } from './environment/apply-environment.js';
import { variableTree } from './environment/variable-tree.js';
import { layoutProblems } from './layout-problems.js';
import { check } from './option-problems.js';
import { optionSchema, type ParsedOptions } from './option-schema.js';
import { BUILT_IN_QUEUES, layOutBackends, layOutQueues } from './queue-layout.js';
import { resolveFeatureQueues } from './resolve-feature-queues.js';
import type { ResolvedOptions, ResolvedQueue, ResolvedWorker } from './resolved-options.js';
import { type FeatureQueues, queueNameProblems } from './undeclared-queues.js';

/** What an app has beside its options. */
export interface Surroundings {
  /** The environment, unless the options bring one of their own. Default: none. */
  readonly processEnv?: Environment;
  /** The queues of each feature module. Default: none. */
  readonly features?: readonly FeatureQueues[];
  /** Names of queues that the source names: how a variable is spelled does not tell them. Default: none. */
  readonly queueNames?: readonly string[];
  /** The types of backend that are there from the start. Default: types are not looked at. */
  readonly backendFactories?: BackendFactories;
  /** It is a part of an app, whose queues are made up as they are asked for. Default: false. */
  readonly isPart?: boolean;
}

/**
 * Checks the module's options, with what the environment says in their place, and fills in every default.
 *
 * @throws InvalidOptionError with all problems at once, each with its dotted path, or the variable that it came from, and,
 * for a name that does not exist, the nearest one that does
 * @example
 * resolveOptions({ worker: { lease: '10s' } }).worker.lease; // 10_000
 */
export function resolveOptions(
  input: TasksModuleOptions = {},
  surroundings: Surroundings = {},
): ResolvedOptions {
  const { processEnv = {}, features = [], queueNames = [], backendFactories, isPart = false } = surroundings;
  const env = isObject(input) && isObject(input.env) ? input.env : processEnv;
  const applied = isObject(input)
    ? applyEnvironment(
        input,
        env,
        variableTree(optionSchema),
        features.map(({ queues }) => queues),
        { queues: queueNames },
      )
    : undefined;
  const given = applied?.options ?? input;
  const { data, problems } = check(optionSchema, given);
  const found = [...problems, ...layoutProblems(given)];
  const brought = features.map(({ importer }, place) => ({
    importer,
    queues: applied?.features[place] ?? [],
  }));
  if (isObject(given)) {
    if (!isPart) found.push(...queueNameProblems(given, declaredNames(given), brought));
    if (backendFactories !== undefined) found.push(...backendProblems(given, backendFactories));
  }
  const backends = data === undefined ? [] : layOutBackends(data);
  const doubts = data === undefined ? [] : doubtsOf(data, backends, env);
  if (data?.strict === true) found.push(...doubts);
  const told = [
    ...(applied?.problems ?? []),
    ...found.map(({ path, message }) => ({ path: applied?.placeOf(path) ?? path, message })),
  ];
  if (data === undefined || told.length > 0) throw new InvalidOptionError(told);
  const { backend: _one, backends: _several, env: _env, ...settled } = data;
  const queues = withFeatures(layOutQueues(data, backends), backends, brought);
  return {
    ...settled,
    backends,
    queues,
    tasks: tasksOf(given, applied?.taskSegments ?? []),
    worker: withOwnNames(data.worker, queues),
    addedQueues: addedBy(applied?.addedQueues ?? [], backends, brought),
    warnings: doubts.map(({ path, message }) => `${path}: ${message}.`),
  };
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** As they were given: what a task does not say, its own options do. */
function tasksOf({ tasks = {} }: TasksModuleOptions, segments: readonly string[]): ResolvedOptions['tasks'] {
  const isOnlyVariable = (name: string) => segments.includes(name);
  const all = Object.entries(tasks);
  return {
    byName: new Map(all.filter(([name]) => !isOnlyVariable(name))),
    bySegment: new Map(all.filter(([name]) => isOnlyVariable(name))),
  };
}

/** Without those that a backend or a feature brings: a variable that sets something of one of them adds none. */
function addedBy(
  names: readonly string[],
  backends: ResolvedOptions['backends'],
  features: readonly FeatureQueues[],
): readonly string[] {
  const brought = new Set<string>([
    ...BUILT_IN_QUEUES,
    ...backends.map(({ name }) => name),
    ...features.flatMap(({ queues }) =>
      queues.map((queue) => (typeof queue === 'string' ? queue : queue.name)),
    ),
  ]);
  return names.filter((name) => !brought.has(name));
}

/** The queues of all features, each checked against what the options and the features before it declare. */
function withFeatures(
  queues: readonly ResolvedQueue[],
  backends: ResolvedOptions['backends'],
  features: readonly FeatureQueues[],
): readonly ResolvedQueue[] {
  return features.reduce<readonly ResolvedQueue[]>((all, feature) => {
    const known = new Set(all.map(({ name }) => name));
    const added = resolveFeatureQueues(feature.queues, { backends, queues: all }).filter(
      ({ name }) => !known.has(name),
    );
    return [...all, ...added];
  }, queues);
}

function doubtsOf(
  { role, enabled, backends: several }: ParsedOptions,
  backends: ResolvedOptions['backends'],
  env: Readonly<Record<string, unknown>>,
): ValidationIssue[] {
  if (!enabled) return [];
  const path = (place: number) => (several === undefined ? 'backend.type' : `backends.${place}.type`);
  return doubtfulOptions({ backends, role }, env['NODE_ENV'] === 'production', path);
}

/** The worker's queues, each once, by its own name where an alias was given. */
function withOwnNames(worker: ResolvedWorker, queues: readonly ResolvedQueue[]): ResolvedWorker {
  if (worker.queues === undefined) return worker;
  const ownName = (name: string): string => queues.find((queue) => queue.alias === name)?.name ?? name;
  return { ...worker, queues: [...new Set(worker.queues.map(ownName))] };
}

import type { Environment, TasksModuleOptions } from '../contract/index.js';
import { InvalidOptionError, type ValidationIssue } from '../errors/index.js';
import { doubtfulOptions } from './doubtful-options.js';
import { layoutProblems } from './layout-problems.js';
import { didYouMean } from './nearest-name.js';
import { check } from './option-problems.js';
import { optionSchema, type ParsedOptions } from './option-schema.js';
import { layOutBackends, layOutQueues } from './queue-layout.js';
import type { ResolvedOptions, ResolvedQueue, ResolvedWorker } from './resolved-options.js';

/**
 * Checks the module's options and fills in every default.
 *
 * @param processEnv The environment, unless the options bring one of their own. Default: none.
 * @throws InvalidOptionError with all problems at once, each with its dotted path and, for a name that does not
 * exist, the nearest one that does
 * @example
 * resolveOptions({ worker: { lease: '10s' } }).worker.lease; // 10_000
 */
export function resolveOptions(
  input: TasksModuleOptions = {},
  processEnv: Environment = {},
): ResolvedOptions {
  const { data, problems } = check(optionSchema, input);
  const found = [...problems, ...layoutProblems(input)];
  if (data === undefined) throw new InvalidOptionError(found);
  const backends = layOutBackends(data);
  const { backend: _one, backends: _several, env = processEnv, ...settled } = data;
  const doubts = doubtsOf(data, backends, env);
  if (data.strict) found.push(...doubts);
  if (found.length > 0) throw new InvalidOptionError(found);
  const queues = layOutQueues(data, backends);
  return {
    ...settled,
    backends,
    queues,
    worker: withOwnNames(data.worker, queues),
    warnings: doubts.map(({ path, message }) => `${path}: ${message}.`),
  };
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

/**
 * Checks, once every feature module has declared its queues, that the worker is not told to serve one that nobody did.
 * @param declared The names of all queues of the app.
 * @throws InvalidOptionError with every unknown name and the nearest known one
 */
export function checkWorkerQueues(
  resolved: Pick<ResolvedOptions, 'worker'>,
  declared: readonly string[],
): void {
  const problems = (resolved.worker.queues ?? []).flatMap((name, index): ValidationIssue[] =>
    declared.includes(name)
      ? []
      : [
          {
            path: `worker.queues.${index}`,
            message: `Queue "${name}" is not declared. Known: ${declared.join(', ')}.${didYouMean(name, declared)}`,
          },
        ],
  );
  if (problems.length > 0) throw new InvalidOptionError(problems);
}

import { z } from 'zod';
import type { QueueOptions } from '../contract/index.js';
import { InvalidOptionError, type ValidationIssue } from '../errors/index.js';
import type { DeclaredNames } from './declared-names.js';
import { isName } from './names.js';
import { didYouMean } from './nearest-name.js';
import { check } from './option-problems.js';
import { queueSchema, type ParsedQueue } from './option-schema.js';
import type { ResolvedOptions, ResolvedQueue } from './resolved-options.js';

const schema = z.strictObject({ queues: z.array(queueSchema, { error: 'must be a list of queues' }) });

/** What is wrong with the queues that a feature module adds, beside those that are declared already. */
export function featureQueueProblems(
  given: readonly (string | QueueOptions)[],
  declared: DeclaredNames,
): ValidationIssue[] {
  const { data, problems } = checkEntries(given);
  if (data === undefined) return [...problems];
  return data.queues.flatMap(({ name, backend, ...settings }, index): ValidationIssue[] => {
    if (backend !== undefined && !declared.backends.includes(backend)) {
      const known = declared.backends.filter(isName);
      const message = `"${backend}" is not a backend. Known: ${known.join(', ')}.${didYouMean(backend, known)}`;
      return [{ path: `queues.${index}.backend`, message }];
    }
    const isBare = backend === undefined && isEmpty(settings);
    return isBare || !declared.queues.includes(name)
      ? []
      : [{ path: `queues.${index}.name`, message: `"${name}" is declared already; set its limits there` }];
  });
}

/**
 * The queues that a feature module adds. A bare name is a queue on the primary backend, or one that is declared already.
 *
 * @throws InvalidOptionError with all problems at once
 */
export function resolveFeatureQueues(
  given: readonly (string | QueueOptions)[],
  resolved: Pick<ResolvedOptions, 'backends' | 'queues'>,
): ResolvedQueue[] {
  const names = resolved.queues.flatMap(({ name, alias }) => (alias === undefined ? [name] : [name, alias]));
  const backends = resolved.backends.map(({ name }) => name);
  const found = featureQueueProblems(given, { backends, queues: names });
  const { data } = checkEntries(given);
  if (data === undefined || found.length > 0) throw new InvalidOptionError(found);
  const primary = resolved.backends.find((backend) => backend.primary)?.name ?? '';
  const declaredAs = (name: string) =>
    resolved.queues.find((queue) => queue.name === name || queue.alias === name);
  return data.queues.map(
    (entry) =>
      declaredAs(entry.name) ?? { ...entry, backend: entry.backend ?? primary, brokerName: entry.name },
  );
}

function checkEntries(given: readonly (string | QueueOptions)[]) {
  const queues = Array.isArray(given)
    ? given.map((queue) => (typeof queue === 'string' ? { name: queue } : queue))
    : given;
  return check(schema, { queues });
}

function isEmpty({ middleware, ...limits }: Omit<ParsedQueue, 'name' | 'backend'>): boolean {
  return middleware.length === 0 && Object.values(limits).every((limit) => limit === undefined);
}

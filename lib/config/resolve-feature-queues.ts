import { z } from 'zod';
import type { QueueOptions } from '../contract/index.js';
import { InvalidOptionError, type ValidationIssue } from '../errors/index.js';
import { didYouMean } from './nearest-name.js';
import { check } from './option-problems.js';
import { queueSchema, type ParsedQueue } from './option-schema.js';
import type { ResolvedOptions, ResolvedQueue } from './resolved-options.js';

const schema = z.strictObject({ queues: z.array(queueSchema, { error: 'must be a list of queues' }) });

/**
 * Checks the queues that a feature module adds. A bare name is a queue on the primary backend, or one that is declared
 * already.
 *
 * @throws InvalidOptionError with all problems at once
 */
export function resolveFeatureQueues(
  given: readonly (string | QueueOptions)[],
  resolved: Pick<ResolvedOptions, 'backends' | 'queues'>,
): ResolvedQueue[] {
  const queues = Array.isArray(given)
    ? given.map((queue) => (typeof queue === 'string' ? { name: queue } : queue))
    : given;
  const { data, problems } = check(schema, { queues });
  if (data === undefined) throw new InvalidOptionError(problems);

  const backends = resolved.backends.map(({ name }) => name);
  const primary = resolved.backends.find((backend) => backend.primary)?.name ?? '';
  const declaredAs = (name: string) =>
    resolved.queues.find((queue) => queue.name === name || queue.alias === name);
  const found = data.queues.flatMap(({ name, backend, ...settings }, index): ValidationIssue[] => {
    if (backend !== undefined && !backends.includes(backend)) {
      const message = `"${backend}" is not a backend. Known: ${backends.join(', ')}.${didYouMean(backend, backends)}`;
      return [{ path: `queues.${index}.backend`, message }];
    }
    const isBare = backend === undefined && isEmpty(settings);
    return isBare || declaredAs(name) === undefined
      ? []
      : [{ path: `queues.${index}.name`, message: `"${name}" is declared already; set its limits there` }];
  });
  if (found.length > 0) throw new InvalidOptionError(found);
  return data.queues.map(
    (entry) =>
      declaredAs(entry.name) ?? { ...entry, backend: entry.backend ?? primary, brokerName: entry.name },
  );
}

function isEmpty({ middleware, ...limits }: Omit<ParsedQueue, 'name' | 'backend'>): boolean {
  return middleware.length === 0 && Object.values(limits).every((limit) => limit === undefined);
}

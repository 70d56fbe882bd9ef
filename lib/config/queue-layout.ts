import { backendType } from './backend-type.js';
import type { ParsedOptions } from './option-schema.js';
import type { ResolvedBackend, ResolvedQueue } from './resolved-options.js';

/** What the primary backend brings, first served first. */
export const BUILT_IN_QUEUES = ['urgent', 'default', 'bulk'] as const;
/** Where calls go that say nothing else; it also answers to the name of the primary backend. */
export const DEFAULT_QUEUE = 'default';

/** The brokers, in the order given. With none given: memory. */
export function layOutBackends(options: ParsedOptions): ResolvedBackend[] {
  if (options.backends === undefined) {
    const { url, dataDir, queueName = DEFAULT_QUEUE, options: own = {} } = options.backend ?? {};
    const type = backendType(options.backend ?? {});
    return [{ name: type, primary: true, type, url, queueName, options: withFolder(own, dataDir) }];
  }
  const primaryAt = primaryIndex(options.backends);
  const names = options.backends.map(({ name }) => name);
  return options.backends.map(
    ({ name, type, url, dataDir, queueName, state, outbox, options: own }, index) => {
      const primary = index === primaryAt;
      return {
        name,
        primary,
        type: backendType({ type, url }),
        url,
        queueName: queueName ?? (primary ? DEFAULT_QUEUE : name),
        options: withFolder(own, dataDir),
        state,
        outbox: outbox === 'primary' && !names.includes(outbox) ? names[primaryAt] : outbox,
      };
    },
  );
}

/** The folder is the type's own, and stands beside the type because it says where, as the url does. */
function withFolder(
  own: Readonly<Record<string, unknown>>,
  dataDir: string | undefined,
): Readonly<Record<string, unknown>> {
  return dataDir === undefined ? own : { ...own, dataDir };
}

/** The flagged entry, or else the first. */
export function primaryIndex(entries: readonly { readonly primary?: unknown }[]): number {
  return Math.max(
    0,
    entries.findIndex((entry) => entry.primary === true),
  );
}

/** Every queue of the app: what the backends bring, then what `queues` adds or sets limits for. */
export function layOutQueues(options: ParsedOptions, backends: readonly ResolvedBackend[]): ResolvedQueue[] {
  const queues = new Map<string, ResolvedQueue>();
  for (const queue of broughtQueues(backends, options.backends !== undefined)) queues.set(queue.name, queue);
  const primary = backends.find((backend) => backend.primary)?.name ?? '';
  for (const entry of options.queues) {
    const name = entry.name === queues.get(DEFAULT_QUEUE)?.alias ? DEFAULT_QUEUE : entry.name;
    const brought = queues.get(name);
    queues.set(name, {
      ...entry,
      name,
      alias: brought?.alias,
      backend: entry.backend ?? brought?.backend ?? primary,
      brokerName: brought?.brokerName ?? name,
    });
  }
  return [...queues.values()];
}

function broughtQueues(backends: readonly ResolvedBackend[], named: boolean): ResolvedQueue[] {
  return backends.flatMap(({ name, primary, queueName }): ResolvedQueue[] => {
    const queue = (own: string, brokerName: string, alias?: string): ResolvedQueue => ({
      name: own,
      alias,
      backend: name,
      middleware: [],
      brokerName,
    });
    if (!primary) return [queue(name, queueName)];
    const alias = named && name !== DEFAULT_QUEUE ? name : undefined;
    return BUILT_IN_QUEUES.map((own) =>
      own === DEFAULT_QUEUE ? queue(own, queueName, alias) : queue(own, own),
    );
  });
}

import type { TaskBackend, TaskBackendOptions } from '../../contract/index.js';
import { InvalidBackendError } from '../../errors/index.js';
import { MemoryQueueBackend } from './memory-queue-backend.js';
import { MemoryStateBackend } from './memory-state-backend.js';

/**
 * The factory of the type `memory`. Each call makes a store of its own: two entries of a configuration share nothing.
 *
 * @throws InvalidBackendError for a `url`, a `state` or any option, since there is nothing to connect to or to set, and it keeps its own state.
 */
export function createMemoryBackend({ name, url, options, clock, state }: TaskBackendOptions): TaskBackend {
  const given = [
    ...(url === undefined ? [] : ['url']),
    ...(state === undefined ? [] : ['state']),
    ...Object.keys(options).map((key) => `options.${key}`),
  ];
  if (given.length > 0) {
    throw new InvalidBackendError(`Backend "${name}": the memory backend takes no ${given.join(', no ')}.`);
  }
  return { queue: new MemoryQueueBackend({ clock }), state: new MemoryStateBackend({ clock }) };
}

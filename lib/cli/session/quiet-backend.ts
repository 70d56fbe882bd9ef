import type { TaskBackendFactory } from '../../contract/index.js';

/**
 * A factory of the same backend for who has an address and no app: what queues are allowed to do is the app's to say, so nothing of it is told to
 * the broker. The latest word about a queue holds there, and ours would lift its limits.
 */
export function quietBackend(factory: TaskBackendFactory): TaskBackendFactory {
  return async (options) => {
    const backend = await factory({ ...options, type: options.type.replace(QUIET, '') });
    backend.queue.declare = () => undefined;
    return backend;
  };
}

/** Begins the types of such backends. */
export const QUIET = 'quiet.';

import { Inject } from '@nestjs/common';
import { TaskRegistrationError } from '../errors/index.js';
import { noteQueue } from './injection-notes.js';

/**
 * The injection token of a queue: for `inject: [getQueueToken('reports')]` of a factory provider, and for
 * `overrideProvider(getQueueToken('reports'))` in tests.
 *
 * @param name Without it: `default` of the primary backend.
 * @throws TaskRegistrationError for what is no name, such as an environment variable that is not set
 */
export function getQueueToken(name?: string): string {
  // It would have the token of the unnamed queue, for every app of the process.
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    throw new TaskRegistrationError(
      `${name === '' ? 'An empty text' : `A value of type ${name === null ? 'null' : typeof name}`} was given as the name of a queue to inject.`,
      { remedy: 'Write the name of a declared queue, or nothing for `default` of the primary backend.' },
    );
  }
  noteQueue(name);
  return queueToken(name);
}

/** The same token, for a name that no source names. @internal */
export const queueToken = (name?: string): string => `TaskQueue:${name ?? ''}`;

/**
 * Injects a queue anywhere in the app.
 *
 * @param name A declared queue. Without it, or with the primary backend's name: the primary's `default`.
 * @throws TaskRegistrationError for what is no name; UnknownQueueError while the app boots when no such queue is declared; it names the nearest one
 *
 * @example
 * constructor(@InjectQueue('notifications') private readonly notifications: TaskQueue) {}
 */
export function InjectQueue(name?: string): ParameterDecorator & PropertyDecorator {
  return Inject(getQueueToken(name));
}

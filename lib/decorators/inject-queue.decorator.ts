import { Inject } from '@nestjs/common';
import { noteQueue } from './injection-notes.js';

/**
 * The injection token of a queue: for `inject: [getQueueToken('reports')]` of a factory provider, and for
 * `overrideProvider(getQueueToken('reports'))` in tests.
 *
 * @param name Without it: `default` of the primary backend.
 */
export function getQueueToken(name?: string): string {
  noteQueue(name);
  return queueToken(name);
}

/** The same token, for a name that no source names. @internal */
export const queueToken = (name?: string): string => `TaskQueue:${name ?? ''}`;

/**
 * Injects a queue anywhere in the app.
 *
 * @param name A declared queue. Without it, or with the primary backend's name: the primary's `default`.
 * @throws UnknownQueueError while the app boots when no such queue is declared; it names the nearest one
 *
 * @example
 * constructor(@InjectQueue('notifications') private readonly notifications: TaskQueue) {}
 */
export function InjectQueue(name?: string): ParameterDecorator & PropertyDecorator {
  return Inject(getQueueToken(name));
}

import { UnknownQueueError } from '../errors/index.js';
import { TaskQueue } from '../queue/index.js';

/**
 * Stands for a queue that this app does not declare and no class of it asks for: decorators of another app in the process
 * have named it. Whoever gets hold of it after all (a test, a module that is loaded later) learns by using it.
 */
export function undeclaredQueue(error: UnknownQueueError): TaskQueue {
  const members = Object.getOwnPropertyNames(TaskQueue.prototype).filter(
    (member) => member !== 'constructor',
  );
  // Accessors on a prototype: whoever walks the app's providers for methods or hooks walks past them.
  const prototype = Object.defineProperties(
    { toString: () => `TaskQueue(${error.queue}, not declared)` },
    Object.fromEntries(members.map((member) => [member, { get: () => raise(error) }])),
  );
  return Object.create(prototype) as TaskQueue;
}

function raise(error: UnknownQueueError): never {
  throw new UnknownQueueError(error.queue, error.known, error.nearest);
}

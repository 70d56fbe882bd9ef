import { UnknownQueueError } from '../../../lib/errors/index.js';
import { HandlerRegistry } from '../../../lib/handlers/index.js';
import type { TaskDefinition } from '../../../lib/queue/index.js';
import { OPTIONS } from './resolved-defaults.js';

/** A registry over an enqueue side that only writes down what it is told. */
export class RegistryDouble {
  readonly defined = new Map<string, TaskDefinition>();
  readonly registry: HandlerRegistry;

  constructor(queues: readonly string[] = ['default']) {
    this.registry = new HandlerRegistry(
      OPTIONS,
      {
        define: (task) => void this.defined.set(task.name, task),
        forget: (name) => void this.defined.delete(name),
      },
      {
        get: (name) => {
          if (!queues.includes(name)) throw new UnknownQueueError(name, queues);
        },
      },
    );
  }
}

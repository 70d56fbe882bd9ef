import { UnknownQueueError } from '../../../lib/errors/index.js';
import { type DeclaredQueues, HandlerRegistry } from '../../../lib/handlers/index.js';
import type { TaskDefinition } from '../../../lib/queue/index.js';
import { OPTIONS } from './resolved-defaults.js';

/** A registry over an enqueue side that only writes down what it is told. */
export class RegistryDouble {
  readonly defined = new Map<string, TaskDefinition>();
  readonly registry: HandlerRegistry;
  readonly queues: DeclaredQueues;

  constructor(queues: readonly string[] = ['default']) {
    this.queues = {
      get: (name) => {
        if (!queues.includes(name)) throw new UnknownQueueError(name, queues);
        return { name };
      },
    };
    this.registry = new HandlerRegistry(
      OPTIONS,
      {
        define: (task) => void this.defined.set(task.name, task),
        forget: (name) => void this.defined.delete(name),
      },
      this.queues,
    );
  }
}

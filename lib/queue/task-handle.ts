import type { EnqueueOptions, EnqueueTarget, Job, TaskHandle, TaskSignature } from '../contract/index.js';
import { DEFAULT_QUEUE } from '../config/index.js';
import { InvalidOptionError } from '../errors/index.js';
import type { QueueRegistry } from './queue-registry.js';
import type { TaskCatalogue, TaskDefinition } from './task-catalogue.js';

/** One task of a client. */
export class QueuedTask implements TaskHandle {
  readonly name: string;

  constructor(
    private readonly task: TaskDefinition,
    private readonly queues: QueueRegistry,
    private readonly catalogue: TaskCatalogue,
  ) {
    this.name = task.name;
  }

  delay(payload?: unknown, options?: EnqueueOptions): Promise<Job> {
    try {
      return this.queues.get(this.queue).enqueue(this.name, payload, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  applyAsync(queue: EnqueueTarget, payload?: unknown, options?: EnqueueOptions): Promise<Job> {
    if (!isTarget(queue)) return Promise.reject(noTarget());
    return queue.enqueue(this.name, payload, options);
  }

  signature(payload?: unknown, options: EnqueueOptions = {}): TaskSignature {
    return { name: this.name, queue: this.queue, payload, options };
  }

  /** As the catalogue has it now: what was known when the client was made may have been its decorator alone. */
  private get queue(): string {
    return (this.catalogue.get(this.name) ?? this.task).queue ?? DEFAULT_QUEUE;
  }
}

const isTarget = (queue: unknown): boolean =>
  typeof (queue as Partial<EnqueueTarget> | null | undefined)?.enqueue === 'function';

/** The name of a queue is what JavaScript would most likely pass. */
function noTarget(): InvalidOptionError {
  const message =
    'must be a TaskQueue, as `@InjectQueue()` gives it. By the name of a queue: `TaskManager.enqueue(task, payload, { queue })`';
  return new InvalidOptionError([{ path: 'queue', message }]);
}

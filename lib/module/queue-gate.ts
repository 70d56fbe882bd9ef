import type { ResolvedOptions } from '../config/index.js';
import type { QueueRegistry, TaskQueue } from '../queue/index.js';

/**
 * Through it the app's own classes ask for queues while the app boots. An app refuses a queue that nobody declares; a stub
 * makes it up, in memory.
 */
export class QueueGate {
  constructor(
    private readonly queues: QueueRegistry,
    private readonly options: Pick<ResolvedOptions, 'backends'>,
    private readonly isLenient: boolean,
  ) {}

  /** @throws UnknownQueueError */
  get(name?: string): TaskQueue {
    if (this.isLenient && name !== undefined && !this.queues.has(name)) return this.makeUp(name);
    return this.queues.get(name);
  }

  /** The queue as it is, without making it up. @throws UnknownQueueError */
  peek(name?: string): TaskQueue {
    return this.queues.get(name);
  }

  private makeUp(name: string): TaskQueue {
    const backend = this.options.backends[0]?.name ?? '';
    return this.queues.declare({ name, backend, brokerName: name, middleware: [] });
  }
}

import type { Capabilities, TaskBackend } from '../../../lib/contract/index.js';
import { ForwardingQueue } from '../broken/forwarding-queue.js';
import { ForwardingState } from '../broken/forwarding-state.js';

class SharedQueue extends ForwardingQueue {
  override get capabilities(): Capabilities {
    return { ...super.capabilities, scope: 'fleet' };
  }
}

/** A client: it opens and closes on its own, and leaves the store to the others. */
class QueueClient extends SharedQueue {
  override open(): Promise<void> {
    return Promise.resolve();
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}

class StateClient extends ForwardingState {
  override open(): Promise<void> {
    return Promise.resolve();
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The first client of a store, with which the store closes. */
export function firstClient({ queue, state }: TaskBackend): TaskBackend {
  return { queue: new SharedQueue(queue), state };
}

/** Another client of the same store. */
export function anotherClient({ queue, state }: TaskBackend): TaskBackend {
  return { queue: new QueueClient(queue), state: new StateClient(state) };
}

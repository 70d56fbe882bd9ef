import type { NewJob, QueueBackend, StateBackend, TaskBackend, Transaction } from '../contract/index.js';
import { RecordReader } from './record-reader.js';

/** The way into an outbox for one backend. */
export interface OutboxDoor {
  add(jobs: readonly NewJob[], tx: Transaction): Promise<void>;
}

/** One backend of the app, as the rooms above it use it. */
export class StoreLink {
  readonly queue: QueueBackend;
  readonly state: StateBackend;
  readonly records: RecordReader;

  constructor(
    /** Of the backend's entry in the options. */
    readonly name: string,
    backend: TaskBackend,
    /** Keeps jobs of calls with a transaction until their commit. Default: such calls are the backend's own, or refused. */
    readonly outbox?: OutboxDoor | undefined,
  ) {
    this.queue = backend.queue;
    this.state = backend.state;
    this.records = new RecordReader(backend.queue);
  }

  /** Whether other processes see the same queues. */
  get isShared(): boolean {
    return this.queue.capabilities.scope === 'fleet';
  }
}

/** Which queues the app declares, and where each of them lives. */
export interface QueueDirectory {
  stores(): readonly StoreLink[];
  /** In the order of their declaration. */
  names(): readonly string[];
  /** The queue's own name, by whatever name it is meant. @throws UnknownQueueError */
  ownName(queue: string): string;
  /** @throws UnknownQueueError */
  storeOf(queue: string): StoreLink;
}

import type { Clock, Ms, QueueBackend, QueueDefinition } from '../../contract/index.js';
import type { Broker } from './broker.js';
import type { DeadQueues } from './dead-queues.js';
import type { ForwardPump } from './forward-pump.js';
import type { FullQueues } from './full-queues.js';
import type { Holds } from './hold.js';
import type { LooseJobs } from './loose-jobs.js';
import type { Unsent } from './unsent.js';

/** What the calls of a backend work with. */
export interface RabbitMqParts {
  /** Keeps every job. */
  readonly ledger: QueueBackend;
  readonly broker: Broker;
  readonly pump: ForwardPump;
  readonly holds: Holds;
  readonly dead: DeadQueues;
  readonly full: FullQueues;
  readonly unsent: Unsent;
  /** With a ledger in memory alone. */
  readonly loose: LooseJobs | undefined;
  readonly clock: Clock;
  readonly definitionOf: (queue: string) => QueueDefinition | undefined;
  /** How long the broker keeps the copy of a dead letter. */
  readonly keepDead: (queue: string) => Ms;
  /** Whoever closes waits for it, and its failure is a warning. */
  readonly inBackground: (work: Promise<unknown>) => void;
  readonly warn: (message: string) => void;
}

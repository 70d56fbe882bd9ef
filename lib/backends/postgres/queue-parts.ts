import type { Companions } from './companions.js';
import type { QueueCalls } from './queue-calls.js';
import type { QueueNames } from './queue-names.js';
import type { QueueStatements } from './queue-statements.js';
import type { Trimmer } from './trimmer.js';

/** What every call of the queue interface needs. */
export interface QueueParts {
  readonly calls: QueueCalls;
  readonly names: QueueNames;
  readonly statements: QueueStatements;
  readonly trimmer: Trimmer;
  readonly companions: Companions;
}

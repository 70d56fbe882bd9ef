import type { Envelopes } from './envelope.js';
import type { SlotCaller } from './remote/slot-caller.js';
import type { QueueKeys } from './queue-keys.js';
import type { QueueScripts } from './queue-scripts.js';
import type { ScriptCaller } from './script-caller.js';

/** What the calls of the queue interface share. */
export interface QueueParts {
  readonly caller: ScriptCaller;
  readonly scripts: QueueScripts;
  readonly keys: QueueKeys;
  readonly envelopes: Envelopes;
  /** Whether the keys of one call have to be in one slot, which is to say: of one queue. */
  readonly isCluster: boolean;
  /** On a cluster: what carries from one queue to another. */
  readonly remote: SlotCaller | undefined;
  /** Of the entry, for messages. */
  readonly backend: string;
}

import type { Payload, Progress } from '../contract/index.js';

/**
 * That a handler has completed its job in a transaction of its own. Whether that was committed only the store knows: what the run says at its
 * end is refused by the store when it was.
 */
export interface RunCompletion {
  readonly value: unknown;
  readonly result: Payload | undefined;
  /** What was not written of its progress. */
  readonly progress: Progress | undefined;
  /** The run's last word was sent and not answered: that it is refused the next time says nothing. */
  isDoubtful: boolean;
}
